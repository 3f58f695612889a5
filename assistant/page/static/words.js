// What the interface says, in its two languages.
export const WORDS = {
  en: {
    placeholder: "Ask in any language · اسأل بأي لغة",
    send: "Send the question", question: "Question", ask: "Ask", library: "Library", views: "Views",
    otherLanguage: "العربية", otherLanguageCode: "ar", theme: "Light or dark",
    narrow: "Narrow", narrowTitle: "Which articles to ask", source: "Source", language: "Language",
    published_from: "Published from", published_to: "Published until", article: "Article", any: "any",
    apply: "Apply", cancel: "Cancel", reset: "All articles", remove: "Remove", removeFilter: "Remove filter",
    conversation: "Conversation", clear: "New conversation", markdown: "Save as Markdown", json: "Save as JSON",
    reader: "Article", close: "Close",
    wordByWord: "Passage; the arrow keys tell word by word what it may mean", stem: "stem",
    session: "Session", logIn: "Log in", logOut: "Log out", logOutAll: "Log out everywhere",
    addTitle: "Add articles", addText: "Paste a text", addFiles: "Upload files", text: "Text", title: "Title",
    published: "Published", link: "Link", author: "Author", token: "Write token", add: "Add", adding: "Adding…",
    addLink: "Fetch a link", files: "Files", drop: "Choose files, or drop them here",
    added: "Added", updated: "Updated", unchanged: "Already there", skipped: "Not taken",
    progress: "{done} of {all}", articles: "Articles", passages: "Passages", when: "Added on",
    search: "Search titles and sources", edit: "Edit", more: "Show more", none: "No article matches.",
    empty: "The collection holds no article yet. Add the first one.",
    actions: "Actions", of: "{shown} of {total}", askHere: "Ask this article",
    confirmTitle: "Remove this article?", confirmText: "It will be in no answer any more. The file that it was read from stays where it is; it brings the article back only if its text changes or you add it again. You can undo it here until you leave the page.",
    removed: "Removed", undo: "Undo", restored: "Put back", editTitle: "Edit what is known of the article",
    save: "Save", saved: "Saved", holds: "What the collection holds", bySource: "By source", byLanguage: "By language",
    byMonth: "By month", unknown: "unknown", health: "Health", model: "Model", state: "State", ok: "ready",
    change: "Last change", newest: "Last added", changeNumber: "no. {n}", words: "Words", rebuild: "Rebuild", rebuilding: "Rebuilding… {done} of {all}",
    rebuildingPlain: "Rebuilding…", rebuilt: "Rebuilt in {seconds} s", readOnly: "This server takes no changes.",
    offline: "The server does not answer.",
    embedded: "Found by meaning", all: "all", embedding: "{done} of {all}, {minutes} min left", embeddingFails: "{done} of {all}; it fails and is tried again",
    watched: "Watched folder", since: "since", synced: "last in step", attention: "needs attention",
    watchedGone: "The folder is not there, or cannot be listed. Its articles are kept, and it is tried again.",
    watchedStore: "The collection could not be written. It is tried again.",
    watchedOther: "The folder could not be read; the server’s log says why. It is tried again.",
    watchedUnlisted: "Folders in it that cannot be listed: {n}. The articles of what is in them are kept.",
    watchedMissing: "Articles whose files are gone from it: {n}. They are kept until you decide, as this may be an accident: an unplugged drive, an emptied folder.",
    watchedPolling: "The system tells of no changes in it, so it is looked through every few seconds.",
    removeMissing: "Remove the articles whose files are gone ({n})", keepMissing: "Keep them", kept: "Kept",
    withheld: "removed here, their files kept: {n}",
    missingTitle: "Remove the articles whose files are gone?",
    missingText: "If a file comes back, its article comes back with it, as you edited it.",
    asked: "is asked as soon as the chat is there.", lost: "is asked as soon as the server is back; it does not answer now.",
    nothingYet: "The collection holds no article yet.", alike: "Nearly the same as",
    here: "In the collection", others: "Others",
    write: "Written answer", writing: "The language model is writing…", writtenBy: "Written by {model}; each sentence was checked",
    stop: "Stop", passage: "Passage {n}", leftOutOne: "One sentence without support was left out.",
    leftOut: "{n} sentences without support were left out.", llm_nothing: "The language model wrote nothing.",
    llm_stopped: "Stopped.", llm_unreachable: "The language model’s server cannot be reached.",
    llm_refused: "The language model’s server does not accept the key.", llm_limited: "The language model’s server takes no more requests now.",
    llm_missing: "The language model’s server has no such model or address.", llm_failed: "The language model’s server reports an error.",
    llm_slow: "The language model took too long.", llm_cut: "The language model stopped halfway.",
    llm_garbled: "The language model’s server sent something else than an answer.", llm_busy: "Too many answers and translations are being written at once.",
    translate: "Translate", translating: "The language model is translating…", hideTranslation: "Hide translation", showTranslation: "Show translation",
    machine: "Machine translation by {model}; nothing checks it",
    llm_other: "The language model wrote something else than a translation into this language.",
    llm_same: "The passage is in this language.", llm_unknown: "The language of the passage is not known.",
    isLink: "That is a link, not a question.", linksOn: "Add the article first, then ask what it says.",
    linksOff: "This server fetches no links: add the article's text or its file, or start the server with --allow-links; then ask.",
    searching: "Searching…",
  },
  ar: {
    placeholder: "اسأل بأي لغة · Ask in any language",
    send: "أرسل السؤال", question: "السؤال", ask: "اسأل", library: "المكتبة", views: "الأقسام",
    otherLanguage: "English", otherLanguageCode: "en", theme: "فاتح أو داكن",
    narrow: "تحديد", narrowTitle: "أي المقالات تُسأل", source: "المصدر", language: "اللغة",
    published_from: "نُشرت من", published_to: "نُشرت حتى", article: "المقالة", any: "الكل",
    apply: "طبّق", cancel: "إلغاء", reset: "كل المقالات", remove: "حذف", removeFilter: "أزل التحديد",
    conversation: "المحادثة", clear: "محادثة جديدة", markdown: "احفظ بصيغة Markdown", json: "احفظ بصيغة JSON",
    reader: "المقالة", close: "إغلاق",
    wordByWord: "مقطع؛ مفاتيح الأسهم تبيّن ما قد تعنيه كل كلمة", stem: "الجذع",
    session: "الجلسة", logIn: "تسجيل الدخول", logOut: "تسجيل الخروج", logOutAll: "تسجيل الخروج من كل الأجهزة",
    addTitle: "إضافة مقالات", addText: "الصق نصًا", addFiles: "ارفع ملفات", text: "النص", title: "العنوان",
    published: "تاريخ النشر", link: "الرابط", author: "الكاتب", token: "رمز الكتابة", add: "أضف", adding: "جارٍ الإضافة…",
    addLink: "أضف من رابط", files: "ملفات", drop: "اختر ملفات أو أفلتها هنا",
    added: "أُضيفت", updated: "حُدّثت", unchanged: "موجودة من قبل", skipped: "لم تُقبل",
    progress: "{done} من {all}", articles: "المقالات", passages: "المقاطع", when: "أُضيفت في",
    search: "ابحث في العناوين والمصادر", edit: "عدّل", more: "أظهر المزيد", none: "لا توجد مقالة مطابقة.",
    empty: "لا توجد مقالات بعد. أضف أول مقالة.",
    actions: "إجراءات", of: "{shown} من {total}", askHere: "اسأل هذه المقالة",
    confirmTitle: "أتُحذف هذه المقالة؟", confirmText: "لن تظهر في أي إجابة بعد الآن. أما الملف الذي قُرئت منه فيبقى في مكانه، ولا يعيدها إلا إذا تغيّر نصه أو أضفتها من جديد. يمكنك التراجع هنا إلى أن تغادر الصفحة.",
    removed: "حُذفت", undo: "تراجع", restored: "أُعيدت", editTitle: "عدّل ما يُعرف عن المقالة",
    save: "احفظ", saved: "حُفظ", holds: "ما في المجموعة", bySource: "حسب المصدر", byLanguage: "حسب اللغة",
    byMonth: "حسب الشهر", unknown: "غير معروف", health: "الحالة", model: "النموذج", state: "الوضع", ok: "جاهز",
    change: "آخر تغيير", newest: "آخر إضافة", changeNumber: "رقم {n}", words: "الكلمات", rebuild: "أعد البناء", rebuilding: "إعادة البناء… {done} من {all}",
    rebuildingPlain: "إعادة البناء…", rebuilt: "أُعيد البناء في {seconds} ث", readOnly: "هذا الخادم لا يقبل التغيير.",
    offline: "الخادم لا يجيب.",
    embedded: "يُعثر عليها بمعناها", all: "كلها", embedding: "{done} من {all}، بقي {minutes} د", embeddingFails: "{done} من {all}؛ تعذّر ذلك وتُعاد المحاولة",
    watched: "مجلد مُتابَع", since: "منذ", synced: "آخر مطابقة", attention: "يحتاج إلى انتباه",
    watchedGone: "المجلد غير موجود أو لا يمكن عرض محتواه. تبقى مقالاته، وتُعاد المحاولة.",
    watchedStore: "تعذّرت الكتابة في المجموعة. تُعاد المحاولة.",
    watchedOther: "تعذّرت قراءة المجلد؛ السبب في سجل الخادم. تُعاد المحاولة.",
    watchedUnlisted: "مجلدات فيه لا يمكن عرض محتواها: {n}. تبقى مقالات ما فيها.",
    watchedMissing: "مقالات اختفت ملفاتها منه: {n}. تبقى إلى أن تقرّر، فقد يكون ذلك بغير قصد: قرص مفصول أو مجلد أُفرغ.",
    watchedPolling: "لا يُخبر النظام بما يتغيّر فيه، فيُفحص كل بضع ثوانٍ.",
    removeMissing: "احذف المقالات التي اختفت ملفاتها ({n})", keepMissing: "أبقِها", kept: "أُبقيت",
    withheld: "حُذفت هنا وبقيت ملفاتها: {n}",
    missingTitle: "أتُحذف المقالات التي اختفت ملفاتها؟",
    missingText: "إذا عاد ملف عادت معه مقالته كما عدّلتها.",
    asked: "يُسأل حالما تجهز المحادثة.", lost: "يُسأل حالما يعود الخادم، فهو لا يجيب الآن.",
    nothingYet: "لا توجد مقالات بعد.", alike: "تكاد تطابق",
    here: "في المجموعة", others: "أخرى",
    write: "جواب مكتوب", writing: "النموذج اللغوي يكتب…", writtenBy: "كتبه {model}، وفُحصت كل جملة",
    stop: "أوقف", passage: "المقطع {n}", leftOutOne: "حُذفت جملة واحدة لا سند لها.",
    leftOut: "عدد الجمل التي حُذفت لأن لا سند لها: {n}.", llm_nothing: "لم يكتب النموذج اللغوي شيئًا.",
    llm_stopped: "أُوقف.", llm_unreachable: "يتعذر الوصول إلى خادم النموذج اللغوي.",
    llm_refused: "خادم النموذج اللغوي لا يقبل المفتاح.", llm_limited: "خادم النموذج اللغوي لا يقبل مزيدًا من الطلبات الآن.",
    llm_missing: "ليس في خادم النموذج اللغوي هذا النموذج أو هذا العنوان.", llm_failed: "أبلغ خادم النموذج اللغوي عن خطأ.",
    llm_slow: "استغرق النموذج اللغوي وقتًا أطول من اللازم.", llm_cut: "توقف النموذج اللغوي قبل أن يكمل.",
    llm_garbled: "أرسل خادم النموذج اللغوي شيئًا ليس جوابًا.", llm_busy: "تُكتب الآن أجوبة وترجمات كثيرة معًا.",
    translate: "ترجم", translating: "النموذج اللغوي يترجم…", hideTranslation: "أخفِ الترجمة", showTranslation: "أظهر الترجمة",
    machine: "ترجمة آلية من {model} لم تُفحص",
    llm_other: "لم يكتب النموذج اللغوي ترجمة إلى هذه اللغة.",
    llm_same: "المقطع بهذه اللغة.", llm_unknown: "لغة المقطع غير معروفة.",
    isLink: "هذا رابط وليس سؤالًا.", linksOn: "أضف المقالة أولًا ثم اسأل عما تقوله.",
    linksOff: "هذا الخادم لا يجلب الروابط: أضف نص المقالة أو ملفها، أو شغّل الخادم بالخيار ‎--allow-links ثم اسأل.",
    searching: "جارٍ البحث…",
  },
};

export const language = () => document.documentElement.dataset.speaks;

// The sentence of that name; {name} in it is replaced by values[name].
export function say(name, values = {}) {
  const sentence = WORDS[language()][name] ?? WORDS.en[name] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

export const count = (n) => new Intl.NumberFormat(`${language()}-u-nu-latn`).format(n);

// A moment as the API gives it: UTC, ISO 8601.
export const moment = (at) => new Intl.DateTimeFormat(`${language()}-u-nu-latn`, { dateStyle: "medium", timeStyle: "short" })
  .format(new Date(at.includes("T") ? at : `${at.replace(" ", "T")}Z`));

const names = {};
export function languageName(code) {
  if (!code || code === "und") return say("unknown");
  names[language()] ??= new Intl.DisplayNames([language()], { type: "language" });
  try { return names[language()].of(code); } catch { return code; }
}

// The codes of two letters that the browser has a name for, one for each name.
export function languages() {
  const letters = [..."abcdefghijklmnopqrstuvwxyz"];
  const named = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
  const current = (code) => named.of(code) && Intl.getCanonicalLocales(code)[0] === code; // not a former one
  const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter(current);
  return [...new Map(codes.map((code) => [named.of(code), code])).values()];
}

// data-say names the text of an element, data-label its name, data-hint its placeholder.
export function localise(root = document) {
  for (const e of root.querySelectorAll("[data-say]")) e.textContent = say(e.dataset.say);
  for (const e of root.querySelectorAll("[data-label]")) e.setAttribute("aria-label", say(e.dataset.label));
  for (const e of root.querySelectorAll("[data-hint]")) e.placeholder = say(e.dataset.hint);
}

export function setLanguage(code) {
  const root = document.documentElement;
  root.dataset.speaks = code; // by which static/first.js keeps the page's language
  root.lang = code;
  root.dir = code === "ar" ? "rtl" : "ltr";
  try { localStorage.setItem("sanad-language", code); } catch { /* private window: until it is closed */ }
  localise();
  dispatchEvent(new Event("sanad:language"));
}
