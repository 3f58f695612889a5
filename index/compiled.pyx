# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The loops of a question and of making postings and codes, in compiled code.

Each function does what the one in Python does that it stands in for. Which one that is, and what the arguments are, is
said there. Sums are added up in the same order, so scores are the same to the last bit. Bounds are checked here by hand,
and only where numbers come from files or from the database, once for each: what is damaged there must be an error, as
it is in NumPy, and not the end of the process.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.math cimport INFINITY, log, sqrt
from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint16_t, uint64_t
from libc.stdlib cimport qsort
from libc.string cimport memset

import numpy as np

INTERFACE = 7  # see index.kernel

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
    #define LANES 16
    #define BLOCK 32

    #define PRODUCT(name, Row, Number) \\
    WIDE static Number name(const Row *row, const Number *vector, Py_ssize_t d) { \\
        Number lanes[LANES] = {0}, total = 0; \\
        Py_ssize_t i = 0; \\
        for (; i + LANES <= d; i += LANES) \\
            for (int lane = 0; lane < LANES; lane++) lanes[lane] += row[i + lane] * vector[i + lane]; \\
        for (int lane = 0; lane < LANES; lane++) total += lanes[lane]; \\
        for (; i < d; i++) total += row[i] * vector[i]; \\
        return total; \\
    }
    PRODUCT(byte_product, int8_t, float)
    PRODUCT(float_product, float, double)

    WIDE static void add_bytes(double *ALONE into, const int8_t *ALONE row, Py_ssize_t d, double weight) {
        for (Py_ssize_t i = 0; i < d; i++) into[i] += weight * row[i];
    }

    #define MORE(a, b) ((a) > (b) ? (a) : (b))

    /* For LANES pairs of numbers which of the centroids is nearest: it has the largest product less half its square. */
    WIDE static void nearest_centroids(
        uint8_t *ALONE nearest, const float *ALONE lower, const float *ALONE higher, const float *ALONE centroids,
        Py_ssize_t n_centroids
    ) {
        float best[LANES];
        int32_t found[LANES] = {0};
        for (int lane = 0; lane < LANES; lane++) best[lane] = -INFINITY;
        for (int32_t number = 0; number < n_centroids; number++, centroids += 3 * LANES)
            for (int lane = 0; lane < LANES; lane++) {
                float score = lower[lane] * centroids[lane] + higher[lane] * centroids[LANES + lane];
                score -= centroids[2 * LANES + lane];
                int32_t is_nearer = -(score > best[lane]);  /* a mask: compilers make branches of `?:` here */
                found[lane] = (found[lane] & ~is_nearer) | (number & is_nearer);
                best[lane] = MORE(score, best[lane]);
            }
        for (int lane = 0; lane < LANES; lane++) nearest[lane] = (uint8_t) found[lane];
    }

    /* The highest score of each block of rows; the loops are as long as a register is wide, and then half as long. */
    WIDE static void highest(float *ALONE best, const float *ALONE scores, Py_ssize_t n_blocks) {
        for (Py_ssize_t block = 0; block < n_blocks; block++, scores += BLOCK) {
            float lanes[8];
            for (int i = 0; i < 8; i++)
                lanes[i] = MORE(MORE(scores[i], scores[i + 8]), MORE(scores[i + 16], scores[i + 24]));
            for (int i = 0; i < 4; i++) lanes[i] = MORE(lanes[i], lanes[i + 4]);
            best[block] = MORE(MORE(lanes[0], lanes[1]), MORE(lanes[2], lanes[3]));
        }
    }

    /* Sign (0), exponent and four bits more. */
    #define BINS 4096
    static int first_bits(float score) {
        int32_t bits;
        memcpy(&bits, &score, sizeof(bits));
        return (bits >> 19) & (BINS - 1);
    }

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
    float byte_product(const int8_t* row, const float* vector, Py_ssize_t d) noexcept nogil
    double float_product(const float* row, const double* vector, Py_ssize_t d) noexcept nogil
    void add_bytes(double* into, const int8_t* row, Py_ssize_t d, double weight) noexcept nogil
    enum:
        LANES  # numbers that are reckoned at a time
    void nearest_centroids(
        uint8_t* nearest, const float* lower, const float* higher, const float* centroids, Py_ssize_t n_centroids
    ) noexcept nogil
    const int BLOCK  # rows of which the best one stands for all
    void highest(float* best, const float* scores, Py_ssize_t n_blocks) noexcept nogil
    const int BINS
    int first_bits(float score) noexcept nogil
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
    TRANSLATIONS = 12  # index.lexicon.MAX_TRANSLATIONS
    TABLE = 512  # places for all translations of so many terms; a power of 2
    AHEAD = 8  # rows of a matrix that are fetched before they are needed
    NEXT = 2  # and vectors
    KNOWN = 1024  # tokens whose products are kept at hand; a power of 2
    FILLED = 1024  # rows of a matrix of counts that are filled at a time
    MARKS = 8  # numbers of 64 bits that mark which words a passage has


cdef inline void* memory(bytearray zeros) noexcept:
    """Give what a bytearray holds, which is all zeros: memory of a function's own, without all that an array is besides."""
    return PyByteArray_AS_STRING(zeros)


# Words to words: index.lexicon


def through(there, onward, Py_ssize_t number, int64_t without, Py_ssize_t most, double smallest):
    """See `index.lexicon.through_in_python`."""
    cdef const int32_t[::1] ends = there.ends, further = onward.ends
    cdef const uint16_t[::1] targets = there.targets, last_targets = onward.targets
    cdef const uint8_t[::1] above = there.above, roots = there.roots
    cdef const uint8_t[::1] last_above = onward.above, last_roots = onward.roots
    # an open table: each of TRANSLATIONS terms has as many translations at most
    cdef int64_t numbers[TABLE]
    cdef double shares[TABLE]
    cdef int64_t reached[TRANSLATIONS * TRANSLATIONS]
    cdef Py_ssize_t n = 0, i, j, k, middle, place, best
    cdef int64_t last
    cdef double p
    cdef list found = []
    if not 0 <= number < ends.shape[0] - 1:
        raise IndexError("no such term")
    for i in range(TABLE):
        numbers[i] = -1
    for i in range(ends[number], min(ends[number + 1], ends[number] + TRANSLATIONS)):
        if not 0 <= i < min(min(targets.shape[0], above.shape[0]), roots.shape[0]):
            raise IndexError("translations end before they should")
        middle = targets[i] + (<Py_ssize_t> above[i] << 16)
        p = square_of(roots[i])
        if middle >= further.shape[0] - 1:
            raise IndexError("no such term")
        for j in range(further[middle], min(further[middle + 1], further[middle] + TRANSLATIONS)):
            if not 0 <= j < min(min(last_targets.shape[0], last_above.shape[0]), last_roots.shape[0]):
                raise IndexError("translations end before they should")
            last = last_targets[j] + (<int64_t> last_above[j] << 16)
            place = last & (TABLE - 1)
            while numbers[place] >= 0 and numbers[place] != last:
                place = (place + 1) & (TABLE - 1)
            if numbers[place] < 0:
                numbers[place], shares[place], reached[n] = last, 0, place
                n += 1
            shares[place] += p * square_of(last_roots[j])
    for k in range(n):
        place = reached[k]
        if numbers[place] == without or shares[place] < smallest:
            shares[place] = -1
    for k in range(min(most, n)):
        best = -1
        for i in range(n):
            place = reached[i]
            if shares[place] < 0:
                continue
            if best < 0 or shares[place] > shares[best] or (shares[place] == shares[best] and numbers[place] < numbers[best]):
                best = place
        if best < 0:
            break
        found.append((numbers[best], shares[best]))
        shares[best] = -1
    return found


cdef inline double square_of(uint8_t root) noexcept nogil:
    return (root / 255.0) * (root / 255.0)


# Words to postings: index.postings

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
    """See `index.postings.held_in_scipy`; gives the fields of `Held`, in order."""
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
    """See `index.postings.fill_in_numpy`. As many rows at a time as stay in the cache, whose lines belong to all columns."""
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


def locate(query, parts, rarity, double saturated, double most, hash_of):
    """See `index.locating.locate_in_numpy`; gives the fields of `Located`, in order."""
    cdef list pairs = [pair for _, own in query for pair in own]
    cdef list alternatives = [], ends = [], weights = [], counted = [], gains = [], singly = [], together = []
    cdef Py_ssize_t n = len(pairs), n_parts = len(parts), part, at, first, kept = 0
    cdef double frequency
    cdef double n_rows = rarity.n_rows, floor = rarity.floor, smallest = rarity.smallest
    cdef const uint64_t[::1] terms
    cdef const int32_t[::1] frequencies
    cdef int64_t[:, ::1] chosen
    cdef bytearray of_hashes = bytearray(8 * n), of_held = bytearray(8 * n), of_which = bytearray(8 * n)
    cdef bytearray of_places = bytearray(8 * n * n_parts)
    cdef uint64_t* hashes = <uint64_t*> memory(of_hashes)
    cdef int64_t* held = <int64_t*> memory(of_held)  # in how many rows each stands
    cdef int64_t* which = <int64_t*> memory(of_which)  # of the pairs stand in some row
    cdef int64_t* found = <int64_t*> memory(of_places)
    for at in range(n):
        hashes[at] = hash_of(pairs[at][0])
    for part in range(n_parts):
        postings, frequencies = parts[part]
        terms = postings.terms
        if frequencies.shape[0] != terms.shape[0]:
            raise IndexError("a part counts other terms than it has")
        places_of_terms(terms, hashes, n, found + part * n)
        for at in range(part * n, part * n + n):
            if found[at] >= 0:
                FETCH(&frequencies[found[at]])
        for at in range(n):
            if found[part * n + at] >= 0:
                held[at] += frequencies[found[part * n + at]]
    at = 0
    for number, (weight, own) in enumerate(query):
        first, frequency = kept, 0
        for _ in range(len(own)):
            if held[at]:
                which[kept] = at
                kept += 1
                alternatives.append(pairs[at])
                frequency += held[at] * <double> pairs[at][1]
            at += 1
        if kept - first == 1 and frequency <= most:
            together.append((number, first, kept))
        elif kept > first:
            singly.append((number, first, kept))
        ends.append(kept)
        weights.append(weight)
        counted.append(frequency)
        gains.append(<double> weight * idf_of(frequency, n_rows, floor, smallest) * saturated)
    places = np.empty((n_parts, kept), dtype=np.int64)
    chosen = places
    for part in range(n_parts):
        for at in range(kept):
            chosen[part, at] = found[part * n + which[at]]
    return (
        alternatives,
        ends,
        weights,
        counted,
        gains,
        list(places),
        np.array([share for _, share in alternatives], dtype=np.float32),
        np.array(singly + together, dtype=np.int64).reshape(-1, 3),
        len(singly),
    )


def positions(const uint64_t[::1] ascending, const uint64_t[::1] terms):
    """See `index.postings.positions_in_numpy`."""
    places = np.empty(terms.shape[0], dtype=np.int64)
    cdef int64_t[::1] found = places
    if terms.shape[0]:
        places_of_terms(ascending, &terms[0], terms.shape[0], &found[0])
    return places


cdef double idf_of(double frequency, double n_rows, double floor, double smallest) noexcept:
    cdef double raw
    if frequency <= 0 or n_rows <= 0:
        return 0
    frequency = min(frequency, n_rows)
    raw = log(n_rows - frequency + 0.5) - log(frequency + 0.5)
    return max(floor if raw < 0 else raw, smallest)


cdef void places_of_terms(
    const uint64_t[::1] ascending, const uint64_t* values, Py_ssize_t m, int64_t* places
) noexcept nogil:
    """Give the place of each of m hashes, or -1.

    Hashes are spread evenly, so a value nearly tells where it stands, and what stands there tells it again: that is a few
    looks into memory, where halving would take twenty (interpolation search: Perl, Itai, Avni, CACM 1978). Where one
    looks first is fetched for all of them, and then where one looks next: so none has to wait for the others.
    """
    cdef Py_ssize_t n = ascending.shape[0], i, guess
    for i in range(m):
        places[i] = share_of(n, values[i]) if n else -1
        if n:
            FETCH(&ascending[places[i]])
    if not n:
        return
    for i in range(m):
        guess = places[i]
        if ascending[guess] < values[i]:
            guess = min(guess + share_of(n, values[i] - ascending[guess]), n - 1)
        else:
            guess = max(guess - share_of(n, ascending[guess] - values[i]), 0)
        places[i] = guess
        FETCH(&ascending[guess])
    for i in range(m):
        places[i] = place_of_term(ascending, values[i], places[i])


cdef Py_ssize_t place_of_term(const uint64_t[::1] ascending, uint64_t value, Py_ssize_t guess) noexcept nogil:
    """Give the place of a hash, or -1, from near to where it must stand."""
    cdef Py_ssize_t n = ascending.shape[0], low, high, middle, step = 4
    if ascending[guess] < value:
        low, high = guess + 1, guess + step
        while high < n and ascending[high] < value:
            low, step = high + 1, 2 * step
            high += step
        high = min(high, n)
    else:
        low, high = guess - step, guess
        while low >= 0 and ascending[low] >= value:
            high, step = low, 2 * step
            low -= step
        low = max(low, -1) + 1
    while low < high:
        middle = (low + high) >> 1
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low if low < n and ascending[low] == value else -1


cdef inline Py_ssize_t share_of(Py_ssize_t n, uint64_t value) noexcept nogil:
    """Give n * value / 2**64."""
    return <Py_ssize_t> (((value >> 32) * <uint64_t> n) >> 32)


def add(float[::1] scores, postings, located, const int64_t[::1] places, const float[::1] gains, norm, runs):
    """See `index.scoring.add_in_numpy`."""
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
    """See `index.scoring.gained_in_numpy`."""
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


def top(const float[::1] scores, Py_ssize_t k, float least):
    """See `index.top.top_compiled`.

    The k-th highest of the best of each block of rows is reached by k rows at least: blocks whose best is below it are
    passed over, and what is left is few.
    """
    cdef Py_ssize_t n = scores.shape[0], n_blocks = n // BLOCK, block, row, m = 0, ties
    cdef float bound = least
    if k < 1 or not n:
        return np.empty(0, dtype=np.int64)
    cdef bytearray of_best = bytearray(4 * (n_blocks + 1)), of_order, of_held
    cdef float* best = <float*> memory(of_best)
    cdef float* order
    cdef float* held
    highest(best, &scores[0], n_blocks)
    best[n_blocks] = INFINITY  # the rows that fill no block are always looked at
    if n_blocks >= 2 * k:
        of_order = of_best[:4 * n_blocks]
        bound = max(bound, largest(<float*> memory(of_order), n_blocks, k))
    for block in range(n_blocks + 1):
        if best[block] >= bound:
            m += 1
    found, of_held = np.empty(m * BLOCK, dtype=np.int64), bytearray(4 * m * BLOCK)
    cdef int64_t[::1] rows = found
    held = <float*> memory(of_held)
    m = 0
    for block in range(n_blocks + 1):
        if best[block] >= bound:
            for row in range(block * BLOCK, min(block * BLOCK + BLOCK, n)):
                if scores[row] >= bound:
                    rows[m], held[m] = row, scores[row]
                    m += 1
    if m > k:
        of_order = of_held[:4 * m]
        bound = largest(<float*> memory(of_order), m, k)
        ties = k
        for row in range(m):
            ties -= held[row] > bound
        n, m = m, 0
        for row in range(n):
            if held[row] > bound or (held[row] == bound and ties > 0):
                ties -= held[row] == bound
                rows[m] = rows[row]
                m += 1
    return found[:m]


def union(const int64_t[::1] ascending, const int64_t[::1] others):
    """See `index.top.union_in_numpy`."""
    cdef Py_ssize_t n = ascending.shape[0], m = others.shape[0], i = 0, j = 0, size = 0
    cdef int64_t least
    found = np.empty(n + m, dtype=np.int64)
    cdef int64_t[::1] rows = found
    cdef bytearray of_more = bytearray(8 * m)
    cdef int64_t* more = <int64_t*> memory(of_more)
    for j in range(m):
        more[j] = others[j]
    j = 0
    qsort(more, m, sizeof(int64_t), compared_rows)
    while i < n or j < m:
        least = more[j] if i == n or (j < m and more[j] < ascending[i]) else ascending[i]
        while i < n and ascending[i] == least:
            i += 1
        while j < m and more[j] == least:
            j += 1
        rows[size] = least
        size += 1
    return found[:size]


cdef int compared_rows(const void* one, const void* other) noexcept nogil:
    cdef int64_t a = (<const int64_t*> one)[0], b = (<const int64_t*> other)[0]
    return (a > b) - (a < b)


cdef float largest(float* values, Py_ssize_t n, Py_ssize_t k) noexcept nogil:
    """Give the k-th largest of n values, none below 0; values change places.

    They are counted by their first bits, which order them too; among those that have the bits of the one sought it is
    found by halving (quickselect: Hoare, CACM 1961).
    """
    cdef int32_t counts[BINS]
    cdef Py_ssize_t i, j, low, high, held = BINS
    cdef float pivot, value
    memset(counts, 0, sizeof(counts))
    for i in range(n):
        counts[first_bits(values[i])] += 1
    while held > 0:
        held -= 1
        if counts[held] >= k:
            break
        k -= counts[held]
    j = 0
    for i in range(n):
        values[j] = values[i]
        j += first_bits(values[i]) == held
    low, high = 0, j - 1
    while low < high:
        pivot = values[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while values[i] > pivot:
                i += 1
            while values[j] < pivot:
                j -= 1
            if i <= j:
                value = values[i]
                values[i] = values[j]
                values[j] = value
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            break
    return values[k - 1]


# What sentences hold: index.coverage, index.static


cdef class Sought:
    """The terms of one channel of a question by their hashes, in an open table; each with what it counts."""

    cdef Py_ssize_t n_terms, mask
    cdef uint64_t* keys  # 0: the place is free
    cdef int32_t* heads  # for each key, the last of the alternatives that have it
    cdef int32_t* others  # for each alternative, another one of the same hash; -1 after the last
    cdef int32_t* numbers  # of the question's term that it stands for
    cdef double* gains  # the share of the whole weight that the term then brings
    cdef tuple held  # what all of these lie in

    def __cinit__(self, terms, hash_of):
        cdef Py_ssize_t size = 8, n = sum([len(alternatives) for _, alternatives in terms]), at = 0, number, place
        cdef double whole = sum([weight for weight, _ in terms]) or 1.0
        cdef double weight, probability
        cdef uint64_t key
        while size < 4 * n:
            size *= 2
        self.n_terms, self.mask = len(terms), size - 1
        self.held = bytearray(8 * size), bytearray(4 * size), bytearray(4 * n), bytearray(4 * n), bytearray(8 * n)
        self.keys, self.heads = <uint64_t*> memory(self.held[0]), <int32_t*> memory(self.held[1])
        self.others, self.numbers = <int32_t*> memory(self.held[2]), <int32_t*> memory(self.held[3])
        self.gains = <double*> memory(self.held[4])
        for number, (weight, alternatives) in enumerate(terms):
            for alternative, probability in alternatives:
                key = hash_of(alternative)
                place = key & self.mask
                while self.keys[place] and self.keys[place] != key:
                    place = (place + 1) & self.mask
                self.others[at] = self.heads[place] if self.keys[place] else -1
                self.keys[place], self.heads[place] = key, at
                self.numbers[at], self.gains[at] = number, probability * weight / whole
                at += 1

    cdef void see(self, uint64_t term, double* best) noexcept nogil:
        """Let a term of a sentence count, if it is sought."""
        cdef Py_ssize_t place = term & self.mask, at
        while self.keys[place]:
            if self.keys[place] == term:
                at = self.heads[place]
                while at >= 0:
                    best[self.numbers[at]] = max(best[self.numbers[at]], self.gains[at])
                    at = self.others[at]
                return
            place = (place + 1) & self.mask


cdef double seen(double* best, Py_ssize_t n_terms) noexcept nogil:
    """Add up what a sentence holds, and forget it."""
    cdef Py_ssize_t i
    cdef double total = 0
    for i in range(n_terms):
        total += best[i]
        best[i] = 0
    return total


cdef class Seeker:
    """See `index.coverage.SeekerInNumPy`."""

    cdef Sought words, grams, names

    def __cinit__(self, query, hash_of):
        self.words, self.grams, self.names = (Sought(own, hash_of) for own in (query.words, query.grams, query.names))

    def shares(self, passages):
        """See `index.coverage.SeekerInNumPy.shares`."""
        cdef list in_words = [], in_grams = [], in_names = []
        cdef bytearray of_words = bytearray(8 * self.words.n_terms)
        cdef bytearray of_grams = bytearray(8 * self.grams.n_terms)
        cdef bytearray of_names = bytearray(8 * self.names.n_terms)
        cdef double* words = <double*> memory(of_words)
        cdef double* grams = <double*> memory(of_grams)
        cdef double* names = <double*> memory(of_names)
        cdef const int64_t[::1] numbers
        cdef const int64_t[::1] ends
        cdef const uint64_t[::1] hashes
        cdef const int32_t* sizes
        cdef const int32_t* own
        cdef Py_ssize_t n_sentences, n_words, sentence, word, place, at, start, stop
        cdef bytearray of_places = bytearray()
        cdef int64_t* places = NULL
        cdef bytes sentences, held
        last = None
        for sentences, held, vocabulary in passages:
            if vocabulary is not last:
                numbers, ends, hashes = vocabulary
                last = vocabulary
                if ends.shape[0] != numbers.shape[0] + 1:
                    raise IndexError("a vocabulary has other words than it says")
            sizes, own = <const int32_t*> PyBytes_AS_STRING(sentences), <const int32_t*> PyBytes_AS_STRING(held)
            n_sentences, n_words, at = PyBytes_GET_SIZE(sentences) // 12, PyBytes_GET_SIZE(held) // 4, 0
            if 12 * n_sentences != PyBytes_GET_SIZE(sentences) or 4 * n_words != PyBytes_GET_SIZE(held):
                raise ValueError("sentences or words end inside a number")
            if 8 * n_words > len(of_places):
                of_places = bytearray(16 * n_words)
                places = <int64_t*> memory(of_places)
            # a passage's words are all over the vocabulary: all are fetched before the first is read
            for word in range(n_words):
                places[word] = place_of_number(numbers, own[word])
                if places[word] < 0:
                    raise IndexError("a word that is in no vocabulary")
                FETCH(&ends[places[word]])
            for word in range(n_words):
                if 0 <= ends[places[word]] < hashes.shape[0]:
                    FETCH(&hashes[ends[places[word]]])
            for sentence in range(n_sentences):
                if not 0 <= sizes[3 * sentence + 2] <= n_words - at:
                    raise ValueError("sentences of more words than there are")
                for word in range(at, at + sizes[3 * sentence + 2]):
                    start, stop = ends[places[word]], ends[places[word] + 1]
                    if start < 0 or stop - start < 2 or stop > hashes.shape[0]:
                        raise IndexError("terms of a word that end before they should")
                    self.words.see(hashes[start], words)
                    self.names.see(hashes[start + 1], names)
                    for place in range(start + 2, stop):
                        self.grams.see(hashes[place], grams)
                at += sizes[3 * sentence + 2]
                in_words.append(seen(words, self.words.n_terms))
                in_grams.append(seen(grams, self.grams.n_terms))
                in_names.append(seen(names, self.names.n_terms))
            if at != n_words:
                raise ValueError("sentences of fewer words than there are")
        return in_words, in_grams, in_names


def embed(
    float[::1] vector,
    sentences,
    dict known,
    const int8_t[:, ::1] rows,
    const int32_t[::1] row_of,
    const float[::1] weights,
):
    """See `index.static.embed_in_numpy`."""
    cdef Py_ssize_t d = vector.shape[0], n_sentences = len(sentences), n_tokens = 0, sentence, first, i
    cdef int32_t token
    # a text of very many tokens would lose digits in float32
    cdef bytearray of_sums = bytearray(8 * d), of_whole = bytearray(8 * d)
    cdef double* sums = <double*> memory(of_sums)
    cdef double* whole = <double*> memory(of_whole)
    cdef int32_t[::1] tokens = np.empty(256, dtype=np.int32)
    cdef list own
    cdef tuple held
    cdef double square
    sizes = np.empty(n_sentences + 1, dtype=np.int32)
    lengths = np.zeros(n_sentences, dtype=np.float32)
    cdef int32_t[::1] size_of = sizes
    cdef float[::1] length_of = lengths
    if not d or rows.shape[1] != d or row_of.shape[0] != weights.shape[0]:
        raise ValueError("vectors of other lengths")
    size_of[0] = n_sentences
    for sentence in range(n_sentences):
        first = n_tokens
        own = sentences[sentence]
        for word in own:
            held = known[word]
            for token in held:
                if not 0 <= token < weights.shape[0] or not 0 <= row_of[token] < rows.shape[0]:
                    raise IndexError("a token that is none")
                if n_tokens == tokens.shape[0]:
                    tokens = np.resize(tokens, 2 * n_tokens)
                tokens[n_tokens] = token
                n_tokens += 1
                for i in range(0, d, 64):  # bytes of a line of the cache
                    FETCH(&rows[row_of[token], i])
        size_of[sentence + 1] = n_tokens - first
        for i in range(first, n_tokens):
            add_bytes(sums, &rows[row_of[tokens[i]], 0], d, weights[tokens[i]])
        square = 0
        for i in range(d):
            square += sums[i] * sums[i]
            whole[i] += sums[i]
            sums[i] = 0
        length_of[sentence] = sqrt(square)
    square = 0
    for i in range(d):
        square += whole[i] * whole[i]
    for i in range(d):
        vector[i] = whole[i] / sqrt(square) if square > 0 else 0
    return b"".join([sizes.tobytes(), lengths.tobytes(), np.asarray(tokens[:n_tokens]).tobytes()])


def cosines(
    sketches, const float[::1] vector, const int8_t[:, ::1] rows, const int32_t[::1] row_of, const float[::1] weights
):
    """See `index.static.cosines_in_numpy`."""
    cdef Py_ssize_t d = vector.shape[0], n, n_tokens, size, at, sentence, token, i
    cdef const int32_t* sizes
    cdef const int32_t* tokens
    cdef const float* lengths
    cdef double total
    cdef bytes sketch
    cdef list found = [], own
    cdef int32_t known[KNOWN]  # tokens come again and again, in one passage and in the next
    cdef float products[KNOWN]
    memset(known, -1, sizeof(known))
    if not d or rows.shape[1] != d or row_of.shape[0] != weights.shape[0]:
        raise ValueError("vectors of other lengths")
    for sketch in sketches:
        size = PyBytes_GET_SIZE(sketch) // 4
        sizes = <const int32_t*> PyBytes_AS_STRING(sketch)
        n = sizes[0] if size else -1
        if n < 0 or 2 * n >= size or 4 * size != PyBytes_GET_SIZE(sketch):
            raise ValueError("a sketch is damaged")
        sizes, lengths, tokens = sizes + 1, <const float*> (sizes + 1 + n), sizes + 1 + 2 * n
        n_tokens, at, own = size - 1 - 2 * n, 0, []
        for token in range(n_tokens):
            if not 0 <= tokens[token] < weights.shape[0] or not 0 <= row_of[tokens[token]] < rows.shape[0]:
                raise IndexError("a token that is none")
            for i in range(0, d, 64):  # bytes of a line of the cache
                FETCH(&rows[row_of[tokens[token]], i])
        for sentence in range(n):
            if not 0 <= sizes[sentence] <= n_tokens - at:
                raise ValueError("a sketch is damaged")
            total = 0
            for token in range(at, at + sizes[sentence]):
                i = tokens[token] & (KNOWN - 1)
                if known[i] != tokens[token]:
                    known[i] = tokens[token]
                    products[i] = weights[known[i]] * byte_product(&rows[row_of[known[i]], 0], &vector[0], d)
                total += products[i]
            at += sizes[sentence]
            own.append(total / lengths[sentence] if lengths[sentence] > 0 else 0.0)
        if at != n_tokens:
            raise ValueError("a sketch is damaged")
        found.append(own)
    return found


# Candidates: index.dense, index.twins


def products(const float[:, ::1] vectors, const int64_t[::1] rows, const double[::1] vector):
    """See `index.dense.products_in_numpy`."""
    cdef Py_ssize_t d = vector.shape[0], i, at
    found = np.zeros(rows.shape[0])
    cdef double[::1] sums = found
    if vectors.shape[1] != d:
        raise ValueError("vectors of other lengths")
    for i in range(rows.shape[0]):
        if not 0 <= rows[i] < vectors.shape[0]:
            raise IndexError("no such row")
    with nogil:  # another thread of the question goes on meanwhile
        for i in range(rows.shape[0] if d else 0):
            if i + NEXT < rows.shape[0]:
                for at in range(0, d, 16):  # numbers in a line of the cache
                    FETCH(&vectors[rows[i + NEXT], at])
            sums[i] = float_product(&vectors[rows[i], 0], &vector[0], d)
    return found


def encoded(const float[:, ::1] vectors, const float[:, :, ::1] centroids):
    """See `index.dense.encoded_in_numpy`."""
    cdef Py_ssize_t n = vectors.shape[0], m = centroids.shape[2], n_centroids = centroids.shape[1]
    cdef Py_ssize_t n_tiles = (m + LANES - 1) // LANES, row, tile, first, size, i
    cdef float lower[LANES]
    cdef float higher[LANES]
    cdef uint8_t nearest[LANES]
    if centroids.shape[0] != 2 or n_centroids > 16 or vectors.shape[1] != 2 * m:
        raise ValueError("vectors of another length than the centroids, or too many of these for half a byte")
    # what LANES pairs need lies together: of each centroid its lower numbers, its higher ones, halves of its squares
    given = np.zeros((3, n_centroids, n_tiles * LANES), dtype=np.float32)
    given[:2, :, :m] = centroids
    given[2] = (given[0] * given[0] + given[1] * given[1]) * np.float32(0.5)
    codes = np.zeros((n, (m + 1) // 2), dtype=np.uint8)
    cdef const float[:, :, :, ::1] tiles = np.ascontiguousarray(
        given.reshape(3, n_centroids, n_tiles, LANES).transpose(2, 1, 0, 3)
    )
    cdef uint8_t[:, ::1] found = codes
    memset(lower, 0, sizeof(lower))
    memset(higher, 0, sizeof(higher))
    with nogil:
        for row in range(n if n_centroids else 0):
            for tile in range(n_tiles):
                first = tile * LANES
                size = min(<Py_ssize_t> LANES, m - first)
                for i in range(size):
                    lower[i] = vectors[row, first + i]
                    higher[i] = vectors[row, m + first + i]
                nearest_centroids(nearest, lower, higher, &tiles[tile, 0, 0, 0], n_centroids)
                if size % 2:  # less than LANES, then
                    nearest[size] = 0  # what an odd one shares its byte with
                for i in range(0, size, 2):
                    found[row, (first + i) // 2] = nearest[i] | nearest[i + 1] << 4
    return codes


def near(list passages, double least):
    """See `index.twins.near_in_numpy`."""
    cdef Py_ssize_t n = len(passages), i, j, at = 0, word, size
    cdef bytes held
    cdef int32_t[::1] words = np.frombuffer(b"".join(passages), dtype=np.int32).copy()
    cdef bytearray of_marks = bytearray(8 * MARKS * n), of_sizes = bytearray(8 * n), of_starts = bytearray(8 * n)
    cdef bytearray is_sorted = bytearray(n)
    cdef uint64_t* marks = <uint64_t*> memory(of_marks)
    cdef int64_t* starts = <int64_t*> memory(of_starts)
    cdef int64_t* sizes = <int64_t*> memory(of_sizes)
    cdef list found = [], own
    for i in range(n):
        held = passages[i]
        sizes[i] = PyBytes_GET_SIZE(held) // 4
        if 4 * sizes[i] != PyBytes_GET_SIZE(held):
            raise ValueError("words end inside a number")
        starts[i] = at
        for word in range(at, at + sizes[i]):
            marks[MARKS * i + ((words[word] >> 6) & (MARKS - 1))] |= (<uint64_t> 1) << (words[word] & 63)
        at += sizes[i]
    for i in range(n):
        own = []
        for j in range(i):
            # Each word that one has and the other has not leaves a mark in one of them at most. As long as words are
            # not sorted they are counted as often as they stand, which only lets more pairs pass.
            if n_apart(marks + MARKS * i, marks + MARKS * j) > (1 - least) / (1 + least) * (sizes[i] + sizes[j]) + 1e-6:
                continue
            for at in (i, j):
                if not is_sorted[at] and sizes[at]:
                    sizes[at] = sorted_once(&words[starts[at]], sizes[at])
                is_sorted[at] = 1
            size = n_shared(&words[starts[i]], sizes[i], &words[starts[j]], sizes[j]) if sizes[i] and sizes[j] else 0
            if size >= least * (sizes[i] + sizes[j] - size):
                own.append(j)
        found.append(own)
    return found


cdef Py_ssize_t n_apart(const uint64_t* marks, const uint64_t* others) noexcept nogil:
    """Count the bits that only one of two has set (Wilkes, Wheeler, Gill 1957)."""
    cdef Py_ssize_t i, total = 0
    cdef uint64_t bits
    for i in range(MARKS):
        bits = marks[i] ^ others[i]
        bits -= (bits >> 1) & <uint64_t> 0x5555555555555555
        bits = (bits & <uint64_t> 0x3333333333333333) + ((bits >> 2) & <uint64_t> 0x3333333333333333)
        bits = (bits + (bits >> 4)) & <uint64_t> 0x0F0F0F0F0F0F0F0F
        total += (bits * <uint64_t> 0x0101010101010101) >> 56
    return total


cdef Py_ssize_t n_shared(const int32_t* words, Py_ssize_t n, const int32_t* others, Py_ssize_t m) noexcept nogil:
    """Count the words that stand in both of two ascending lists."""
    cdef Py_ssize_t i = 0, j = 0, shared = 0
    while i < n and j < m:
        if words[i] == others[j]:
            shared += 1
            i += 1
            j += 1
        elif words[i] < others[j]:
            i += 1
        else:
            j += 1
    return shared


cdef Py_ssize_t sorted_once(int32_t* words, Py_ssize_t n) noexcept nogil:
    """Sort words and leave each once; give how many are left."""
    cdef Py_ssize_t i, kept = 0
    qsort(words, n, sizeof(int32_t), compared)
    for i in range(n):
        if not i or words[i] != words[kept - 1]:
            words[kept] = words[i]
            kept += 1
    return kept


cdef int compared(const void* one, const void* other) noexcept nogil:
    cdef int32_t a = (<const int32_t*> one)[0], b = (<const int32_t*> other)[0]
    return (a > b) - (a < b)
