# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The loops of scoring and of making postings, in compiled code.

Each function does what the one in Python does that it stands in for. Which one that is, and what the arguments are, is
said there. Sums are added up in the same order, so scores are the same to the last bit. Bounds are checked here by hand,
and only where numbers come from files or from the database, once for each: what is damaged there must be an error, as
it is in NumPy, and not the end of the process.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memset

import numpy as np

INTERFACE = 8  # see index.kernel

cdef extern from *:
    """
    /* Made for processors with wide registers too; which one is used is chosen when the module is loaded. The results are
       the same to the last bit: each lane has a sum of its own, and no product is fused with one. */
    #if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)
    #define WIDE __attribute__((target_clones("avx2", "default")))
    #else
    #define WIDE
    #endif
    #if defined(__GNUC__)
    #define FETCH(address) __builtin_prefetch(address)
    #else
    #define FETCH(address) ((void) (address))
    #endif
    #if defined(_MSC_VER)
    #define ALONE __restrict
    #else
    #define ALONE restrict
    #endif
    WIDE static void multiply_add(float *ALONE into, const float *ALONE scores, Py_ssize_t n, float share) {
        for (Py_ssize_t i = 0; i < n; i++) into[i] += share * scores[i];
    }

    WIDE static void add_gains(
        float *ALONE scores, const float *ALONE tf, const float *ALONE norms, Py_ssize_t n, float most
    ) {
        for (Py_ssize_t i = 0; i < n; i++) scores[i] += tf[i] / (tf[i] + norms[i]) * most;
    }

    /* Postings are gone through in pieces, each in three loops: what is scattered in memory is fetched, then many are
       reckoned at a time (a division takes as long for eight as for one), then what is scattered is written. */
    #define PIECE 128

    #define STEP 16

    /* How many of the next STEP rows are below one. */
    WIDE static Py_ssize_t n_below(const int32_t *ALONE rows, int32_t row) {
        int32_t below = 0;
        for (int i = 0; i < STEP; i++) below += rows[i] < row;
        return below;
    }

    static int are_rows(const int32_t *ALONE rows, Py_ssize_t m, Py_ssize_t n) {
        int wrong = 0;
        for (Py_ssize_t i = 0; i < m; i++) wrong |= (uint32_t) rows[i] >= (uint32_t) n;
        return !wrong;
    }

    /* Let n_postings rows, each once, gain what one alternative brings; 0 if that would be where there is nothing. */
    WIDE static int add_plain(
        float *ALONE scores, Py_ssize_t n, const int32_t *ALONE rows, const uint8_t *ALONE counts, Py_ssize_t n_postings,
        const int32_t *ALONE lengths, float base, float scale, float share, float most
    ) {
        int32_t held[PIECE];
        float gains[PIECE];
        for (Py_ssize_t first = 0; first < n_postings; first += PIECE, rows += PIECE, counts += PIECE) {
            Py_ssize_t m = n_postings - first < PIECE ? n_postings - first : PIECE;
            if (!are_rows(rows, m, n)) return 0;
            for (Py_ssize_t i = 0; i < m; i++) held[i] = lengths[rows[i]];
            for (Py_ssize_t i = 0; i < m; i++) {
                float tf = share * counts[i];
                gains[i] = tf / (tf + (held[i] * scale + base)) * most;
            }
            for (Py_ssize_t i = 0; i < m; i++) scores[rows[i]] += gains[i];
        }
        return 1;
    }

    /* Note tf of one of several alternatives; 0 if that would be where there is nothing. */
    static int hold(
        float *ALONE held, Py_ssize_t n, const int32_t *ALONE rows, const uint8_t *ALONE counts, Py_ssize_t n_postings,
        float share
    ) {
        for (Py_ssize_t first = 0; first < n_postings; first += PIECE, rows += PIECE, counts += PIECE) {
            Py_ssize_t m = n_postings - first < PIECE ? n_postings - first : PIECE;
            if (!are_rows(rows, m, n)) return 0;
            for (Py_ssize_t i = 0; i < m; i++) held[rows[i]] += share * counts[i];
        }
        return 1;
    }

    /* Let rows gain by what is held of them, which is 0 then: so each gains once, whatever brings it. */
    WIDE static void add_held(
        float *ALONE scores, float *ALONE held, const int32_t *ALONE rows, Py_ssize_t n_postings,
        const int32_t *ALONE lengths, float base, float scale, float most
    ) {
        int32_t own[PIECE];
        float tf[PIECE];
        for (Py_ssize_t first = 0; first < n_postings; first += PIECE, rows += PIECE) {
            Py_ssize_t m = n_postings - first < PIECE ? n_postings - first : PIECE;
            for (Py_ssize_t i = 0; i < m; i++) {
                own[i] = lengths[rows[i]];
                tf[i] = held[rows[i]];
                held[rows[i]] = 0;
            }
            for (Py_ssize_t i = 0; i < m; i++) tf[i] = tf[i] / (tf[i] + (own[i] * scale + base)) * most;
            for (Py_ssize_t i = 0; i < m; i++) scores[rows[i]] += tf[i];
        }
    }
    """
    void FETCH(const void* address) noexcept nogil
    void multiply_add(float* into, const float* scores, Py_ssize_t n, float share) noexcept nogil
    void add_gains(float* scores, const float* tf, const float* norms, Py_ssize_t n, float most) noexcept nogil
    const int STEP
    Py_ssize_t n_below(const int32_t* rows, int32_t row) noexcept nogil
    int add_plain(
        float* scores, Py_ssize_t n, const int32_t* rows, const uint8_t* counts, Py_ssize_t n_postings,
        const int32_t* lengths, float base, float scale, float share, float most
    ) noexcept nogil
    int hold(
        float* held, Py_ssize_t n, const int32_t* rows, const uint8_t* counts, Py_ssize_t n_postings, float share
    ) noexcept nogil
    void add_held(
        float* scores, float* held, const int32_t* rows, Py_ssize_t n_postings, const int32_t* lengths, float base,
        float scale, float most
    ) noexcept nogil

cdef enum:
    # rows from which on other threads may go on meanwhile: in fewer, waiting for them costs more than the loop
    MANY = 50_000
    AHEAD = 8  # rows of a matrix that are fetched before they are needed
    FILLED = 1024  # rows of a matrix of counts that are filled at a time


cdef inline void* memory(bytearray zeros) noexcept:
    """Give what a bytearray holds, which is all zeros: memory of a function's own, without all that an array is besides."""
    return PyByteArray_AS_STRING(zeros)


cdef struct Seen:
    int64_t row  # the last that has the term; -1: none yet
    int64_t at  # of its last posting; before that is known, how many it has


def held(
    const int64_t[::1] row_ends,
    const int32_t[::1] row_words,
    const int64_t[::1] word_ends,
    const int32_t[::1] word_terms,
    Py_ssize_t n_terms,
):
    """See `index.segments.postings.held_in_scipy`; gives the fields of `Held`, in order."""
    cdef Py_ssize_t n_rows = row_ends.shape[0] - 1, term
    if not are_lists(row_ends, row_words, word_ends.shape[0] - 1) or not are_lists(word_ends, word_terms, n_terms):
        raise IndexError("a word or term that is none")
    of_offsets = np.zeros(n_terms + 1, dtype=np.int64)
    of_lengths = np.zeros(n_rows, dtype=np.int32)
    of_seen = np.empty(2 * n_terms, dtype=np.int64)
    cdef int64_t[::1] offsets = of_offsets, numbers = of_seen
    cdef int32_t[::1] lengths = of_lengths
    cdef Seen* seen = <Seen*> &numbers[0] if n_terms else NULL
    cdef const int32_t* words = &row_words[0] if row_words.shape[0] else NULL
    cdef const int32_t* terms = &word_terms[0] if word_terms.shape[0] else NULL
    cdef int32_t* rows
    cdef uint8_t* counts
    with nogil:  # other threads go on meanwhile
        for term in range(n_terms):
            seen[term] = Seen(-1, 0)
        count(&row_ends[0], n_rows, words, &word_ends[0], terms, seen, lengths)
        for term in range(n_terms):
            offsets[term + 1] = offsets[term] + seen[term].at
            seen[term] = Seen(-1, offsets[term] - 1)
    of_rows = np.empty(offsets[n_terms], dtype=np.int32)
    of_counts = np.zeros(offsets[n_terms], dtype=np.uint8)
    cdef int32_t[::1] all_rows = of_rows
    cdef uint8_t[::1] all_counts = of_counts
    if offsets[n_terms]:
        rows, counts = &all_rows[0], &all_counts[0]
        with nogil:
            place(&row_ends[0], n_rows, words, &word_ends[0], terms, seen, rows, counts)
    return of_offsets, of_rows, of_counts, of_lengths


cdef bint are_lists(const int64_t[::1] ends, const int32_t[::1] numbers, Py_ssize_t n) noexcept nogil:
    """Tell whether lists end where they begin or later, within their numbers, each below n."""
    cdef Py_ssize_t i
    if ends.shape[0] < 1 or ends[0] != 0 or ends[ends.shape[0] - 1] != numbers.shape[0]:
        return False
    for i in range(1, ends.shape[0]):
        if ends[i] < ends[i - 1]:
            return False
    for i in range(numbers.shape[0]):
        if not 0 <= numbers[i] < n:
            return False
    return True


cdef inline void fetch_terms(
    const int32_t* words, Py_ssize_t n, Py_ssize_t word, const int64_t* word_ends, const int32_t* terms
) noexcept nogil:
    """Fetch where the terms of a word that comes later stand, and the terms of one that comes sooner."""
    if word + 2 * AHEAD < n:
        FETCH(&word_ends[words[word + 2 * AHEAD]])
        FETCH(&terms[word_ends[words[word + AHEAD]]])


cdef void count(
    const int64_t* row_ends, Py_ssize_t n_rows, const int32_t* words, const int64_t* word_ends, const int32_t* terms,
    Seen* seen, int32_t[::1] lengths
) noexcept nogil:
    """Count in how many rows each term stands, and how many each row has."""
    cdef Py_ssize_t row, word, at
    for row in range(n_rows):
        for word in range(row_ends[row], row_ends[row + 1]):
            fetch_terms(words, row_ends[n_rows], word, word_ends, terms)
            lengths[row] += <int32_t> (word_ends[words[word] + 1] - word_ends[words[word]])
            for at in range(word_ends[words[word]], word_ends[words[word] + 1]):
                seen[terms[at]].at += seen[terms[at]].row != row
                seen[terms[at]].row = row


cdef void place(
    const int64_t* row_ends, Py_ssize_t n_rows, const int32_t* words, const int64_t* word_ends, const int32_t* terms,
    Seen* seen, int32_t* rows, uint8_t* counts
) noexcept nogil:
    """Write the postings of all terms: row by row, so that those of each ascend."""
    cdef Py_ssize_t row, word, at
    cdef Seen* own
    for row in range(n_rows):
        for word in range(row_ends[row], row_ends[row + 1]):
            fetch_terms(words, row_ends[n_rows], word, word_ends, terms)
            for at in range(word_ends[words[word]], word_ends[words[word] + 1]):
                own = seen + terms[at]
                own.at += own.row != row
                own.row = row
                rows[own.at] = <int32_t> row
                counts[own.at] += counts[own.at] < 255  # MAX_COUNT


def fill(
    uint8_t[:, ::1] matrix,
    const int64_t[::1] offsets,
    const int32_t[::1] rows,
    const uint8_t[::1] counts,
    const int64_t[::1] columns,
):
    """See `index.segments.postings.fill_in_numpy`. As many rows at a time as stay in the cache, whose lines belong to all columns."""
    cdef Py_ssize_t n = matrix.shape[0], c = columns.shape[0], i, at, piece, first, stop
    of_next = np.empty(c, dtype=np.int64)
    cdef int64_t[::1] next_ = of_next
    if matrix.shape[1] != c or rows.shape[0] != counts.shape[0]:
        raise ValueError("a matrix of other columns, or rows without counts")
    for i in range(c):
        at = columns[i]
        if not 0 <= at < offsets.shape[0] - 1 or not 0 <= offsets[at] <= offsets[at + 1] <= rows.shape[0]:
            raise IndexError("no such term")
        next_[i] = offsets[at]
    with nogil:
        for piece in range(n // FILLED + 1):
            first, stop = piece * FILLED, min((piece + 1) * FILLED, n)
            for i in range(c):
                at = next_[i]
                while at < offsets[columns[i] + 1] and first <= rows[at] < stop:
                    matrix[rows[at], i] = counts[at]
                    at += 1
                next_[i] = at
    for i in range(c):
        if next_[i] < offsets[columns[i] + 1]:
            raise IndexError("rows that do not ascend, or are none")


# Terms to rows: index.locating, index.scoring, index.channels, index.top


def add(float[::1] scores, postings, located, const int64_t[::1] places, const float[::1] gains, norm, runs):
    """See `index.segments.scoring.add_in_numpy`."""
    cdef const int64_t[::1] offsets = postings.offsets
    cdef const int32_t[::1] rows = postings.rows, lengths = postings.lengths
    cdef const uint8_t[::1] counts = postings.counts
    cdef const int64_t[:, ::1] terms = located.terms
    cdef const float[::1] shares = located.shares
    cdef const int64_t[::1] ends = runs.ends
    cdef const float[::1] counted = runs.shares
    cdef float[::1] held
    cdef float base = norm.base, scale = norm.scale
    cdef Py_ssize_t n = scores.shape[0], n_runs = ends.shape[0], first_run = 0, begin = runs.begin
    cdef int is_whole
    if lengths.shape[0] != n:
        raise ValueError("one length for each row is needed")
    if counted.shape[0] != n_runs or (n and (not n_runs or ends[n_runs - 1] < begin + n)):
        raise IndexError("rows of no run")
    while first_run < n_runs and ends[first_run] <= begin:
        first_run += 1
    ends, counted = ends[first_run:], counted[first_run:]
    # tf of a term with several alternatives, by row; 0 between two terms, and after the last
    zeros = zeros_of(n if located.n_singly else 0)
    held = zeros
    if n < MANY:
        is_whole = add_terms(
            scores, offsets, rows, counts, terms, shares, places, gains, lengths, base, scale, held, ends, counted, begin
        )
    else:
        with nogil:
            is_whole = add_terms(
                scores, offsets, rows, counts, terms, shares, places, gains, lengths, base, scale, held, ends, counted, begin
            )
    if not is_whole:
        raise IndexError("a posting is of no row, or ends before it should")
    spare.append(zeros)


cdef list spare = []  # arrays of zeros, to be used again: to make one takes as long as a question's rarer terms


cdef zeros_of(Py_ssize_t n):
    """Give an array of n zeros, or more; the array itself, as a view of a view of it would be one more each time."""
    if spare:
        found = spare.pop()
        if len(found) >= n:
            return found
    return np.zeros(n, dtype=np.float32)


cdef inline int is_sound(const int64_t[::1] offsets, int64_t place, Py_ssize_t n_postings) noexcept nogil:
    """Tell whether the postings of a term are there."""
    return place + 1 < offsets.shape[0] and offsets[place] >= 0 and offsets[place + 1] <= n_postings


cdef int add_terms(
    float[::1] scores,
    const int64_t[::1] offsets,
    const int32_t[::1] rows,
    const uint8_t[::1] counts,
    const int64_t[:, ::1] terms,
    const float[::1] shares,
    const int64_t[::1] places,
    const float[::1] gains,
    const int32_t[::1] lengths,
    float base,
    float scale,
    float[::1] held,
    const int64_t[::1] ends,
    const float[::1] counted,
    Py_ssize_t begin,
) noexcept nogil:
    """Add the gains of all terms; 0 if that would read or write where there is nothing."""
    cdef Py_ssize_t term, alternative, at, last, stop, run, n = scores.shape[0]
    cdef Py_ssize_t n_postings = min(rows.shape[0], counts.shape[0])
    cdef float most
    cdef int is_alone
    for term in range(terms.shape[0]):
        most = gains[terms[term, 0]]
        if most == 0:
            continue
        is_alone = terms[term, 2] - terms[term, 1] == 1
        for alternative in range(terms[term, 1], terms[term, 2]):
            if places[alternative] < 0:
                continue
            if not is_sound(offsets, places[alternative], n_postings):
                return 0
            at, last = offsets[places[alternative]], offsets[places[alternative] + 1]
            for run in range(ends.shape[0]):
                stop = end_of_run(rows, at, last, ends[run] - begin, n)
                if counted[run] == 0 or at >= stop:
                    pass
                elif is_alone:
                    if not add_plain(
                        &scores[0], n, &rows[at], &counts[at], stop - at, &lengths[0], base, scale, shares[alternative],
                        most * counted[run],
                    ):
                        return 0
                elif held.shape[0] < n or not hold(&held[0], n, &rows[at], &counts[at], stop - at, shares[alternative]):
                    return 0
                at = stop
                if at >= last:
                    break
        if is_alone:
            continue
        for alternative in range(terms[term, 1], terms[term, 2]):
            if places[alternative] < 0:
                continue
            at, last = offsets[places[alternative]], offsets[places[alternative] + 1]
            for run in range(ends.shape[0]):
                stop = end_of_run(rows, at, last, ends[run] - begin, n)
                if counted[run] != 0 and at < stop:
                    add_held(&scores[0], &held[0], &rows[at], stop - at, &lengths[0], base, scale, most * counted[run])
                at = stop
                if at >= last:
                    break
    return 1


cdef inline Py_ssize_t end_of_run(
    const int32_t[::1] rows, Py_ssize_t at, Py_ssize_t last, int64_t row, Py_ssize_t n
) noexcept nogil:
    """Give the place of the first posting in [at, last) that is not of a row before this one; last if none is."""
    cdef Py_ssize_t middle
    if row >= n or at >= last or rows[last - 1] < row:
        return last
    if rows[at] >= row:  # most terms stand in passages of one language: the runs before and after theirs cost nothing
        return at
    while at < last:
        middle = (at + last) >> 1
        if rows[middle] < row:
            at = middle + 1
        else:
            last = middle
    return at


def gained(postings, located, const int64_t[::1] places, const float[::1] gains, const int64_t[::1] rows, norm):
    """See `index.segments.scoring.gained_in_numpy`."""
    cdef const int64_t[::1] offsets = postings.offsets
    cdef const int32_t[::1] held_by = postings.rows, lengths = postings.lengths
    cdef const uint8_t[::1] counts = postings.counts
    cdef const int64_t[::1] columns = postings.columns
    cdef const uint8_t[:, ::1] matrix = postings.matrix
    cdef const int64_t[:, ::1] terms = located.terms
    cdef const float[::1] shares = located.shares
    cdef Py_ssize_t m = rows.shape[0], n_postings = min(held_by.shape[0], counts.shape[0]), n_columns = 0
    cdef Py_ssize_t term, alternative, place, i, column
    cdef float base = norm.base, scale = norm.scale
    total = np.zeros(m, dtype=np.float32)
    cdef float[::1] sums = total
    cdef bytearray of_norms = bytearray(4 * m), of_held = bytearray(4 * m * shares.shape[0])
    cdef bytearray of_columns = bytearray(16 * shares.shape[0])
    cdef float* norms = <float*> memory(of_norms)
    cdef float* held = <float*> memory(of_held)  # p * tf, by alternative and row
    cdef int64_t* looked_up = <int64_t*> memory(of_columns)  # alternatives that have a column, and which
    if not m:
        return total
    if columns.shape[0] > matrix.shape[1]:
        raise IndexError("columns that the matrix has not")
    for i in range(m):
        if rows[i] < 0 or rows[i] >= lengths.shape[0] or (columns.shape[0] and rows[i] >= matrix.shape[0]):
            raise IndexError("no such row")
        norms[i] = lengths[rows[i]] * scale + base
    for term in range(terms.shape[0]):
        if gains[terms[term, 0]] == 0:
            continue
        for alternative in range(terms[term, 1], terms[term, 2]):
            place = places[alternative]
            if place < 0:
                continue
            column = place_of_number(columns, place)
            if column >= 0:
                looked_up[2 * n_columns], looked_up[2 * n_columns + 1] = alternative, column
                n_columns += 1
            elif not is_sound(offsets, place, n_postings):
                raise IndexError("postings end before they should")
            else:
                look_up(
                    held_by, counts, offsets[place], offsets[place + 1], rows, shares[alternative], held + alternative * m
                )
    for i in range(m):  # a row's columns lie beside each other
        for column in range(n_columns):
            if i + AHEAD < m:
                FETCH(&matrix[rows[i + AHEAD], looked_up[2 * column + 1]])
            alternative = looked_up[2 * column]
            held[alternative * m + i] = shares[alternative] * matrix[rows[i], looked_up[2 * column + 1]]
    for term in range(terms.shape[0]):
        if gains[terms[term, 0]] == 0:
            continue
        for alternative in range(terms[term, 1] + 1, terms[term, 2]):
            multiply_add(held + terms[term, 1] * m, held + alternative * m, m, 1)
        add_gains(&sums[0], held + terms[term, 1] * m, norms, m, gains[terms[term, 0]])
    return total


cdef Py_ssize_t place_of_number(const int64_t[::1] ascending, int64_t value) noexcept nogil:
    """Give the place of a value, or -1; where the values lie dense it is found at once."""
    cdef Py_ssize_t low = 0, high = ascending.shape[0], middle
    if not high or value < ascending[0]:
        return -1
    middle = value - ascending[0]
    if middle < high:
        if ascending[middle] == value:
            return middle
        high = middle  # they are whole numbers, each once: so it stands no later
    while low < high:
        middle = (low + high) >> 1
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low if low < ascending.shape[0] and ascending[low] == value else -1


cdef void look_up(
    const int32_t[::1] held_by,
    const uint8_t[::1] counts,
    Py_ssize_t start,
    Py_ssize_t stop,
    const int64_t[::1] rows,
    float share,
    float* held,
) noexcept nogil:
    """Give share * count of each of the rows that stands in the postings [start, stop); both ascend."""
    cdef Py_ssize_t i, low = start, high, middle, step
    for i in range(rows.shape[0]):
        # in growing steps from where the last one was: as far as there is to go, not as long as the list is
        step = STEP
        while low + step <= stop and held_by[low + step - 1] < rows[i]:
            low += step
            step <<= 1
        high = min(low + step, stop)
        while high - low > STEP:
            middle = (low + high) >> 1
            if held_by[middle] < rows[i]:
                low = middle + 1
            else:
                high = middle
        if low + STEP <= stop:
            low += n_below(&held_by[low], <int32_t> rows[i])
        else:
            while low < stop and held_by[low] < rows[i]:
                low += 1
        if low >= stop:
            return
        if held_by[low] == rows[i]:
            held[i] = share * counts[low]
