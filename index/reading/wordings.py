"""List the phrases by which newspapers mark what is beside their prose, a row for each language or name.

A phrase is compared by its letters alone (`key`), so that spelling, colons, bullets and case do not matter.
"""

from __future__ import annotations

import unicodedata

from index.analysis.folding import fold, unaccented

_LETTERS = ("L", "M")


def key(phrase: str) -> str:
    """Return the key that a phrase is compared by: its letters in one spelling, without accents and punctuation."""
    letters = "".join(char for char in phrase if unicodedata.category(char)[0] in _LETTERS)
    return unaccented(fold(letters))


def _keys(table: str) -> frozenset[str]:
    """Return the keys of the phrases in a table: a row for each language or name, phrases separated by bars."""
    return frozenset(filter(None, map(key, table.replace("\n", "|").split("|"))))


# fmt: off
READ_ALSO = _keys("""
    اقرأ أيضا | اقرأ أيضا في | اقرأ المزيد | اقرأ كذلك | اقرؤوا أيضا | طالع أيضا | طالع المزيد | شاهد أيضا |
      تابع أيضا | انظر أيضا | قد يهمك | قد يهمك أيضا | مواضيع ذات صلة | مقالات ذات صلة | أخبار ذات صلة |
      مقالات مشابهة | مواضيع مشابهة | أخبار متعلقة | مواضيع متعلقة
    read also | also read | read more | read next | see also | related | related article | related articles |
      related news | related story | related stories | more on this | more on this story | more on this topic |
      you may also like | you might also like | also of interest
    à lire aussi | lire aussi | à lire également | lire également | voir aussi | sur le même sujet | articles liés |
      à voir aussi | lire plus
    lesen sie auch | lesen sie mehr | lesen sie dazu auch | lies auch | mehr zum thema | auch interessant |
      siehe auch | verwandte artikel | das könnte sie auch interessieren
    lea también | lee también | leer también | lea más | ver también | vea también | te puede interesar |
      le puede interesar | noticias relacionadas | artículos relacionados | más sobre este tema
    leia também | leia mais | veja também | saiba mais | notícias relacionadas | artigos relacionados
    leggi anche | leggi di più | vedi anche | articoli correlati | potrebbe interessarti anche
    читайте также | читать также | читайте ещё | смотрите также | по теме | ещё по теме | материалы по теме |
      похожие статьи | похожие материалы
    читайте також | дивіться також | за темою | матеріали за темою
    ayrıca oku | ayrıca okuyun | bunu da oku | bunu da okuyun | bunlar da ilginizi çekebilir | ilgili haber |
      ilgili haberler | benzer haberler
    بیشتر بخوانید | همچنین بخوانید | این را هم بخوانید | مطالب مرتبط | اخبار مرتبط | خبرهای مرتبط | بخوانید
    یہ بھی پڑھیں | مزید پڑھیں | متعلقہ خبریں
    קראו גם | קרא גם | ראו גם | עוד בנושא | כתבות נוספות
    यह भी पढ़ें | ये भी पढ़ें | इसे भी पढ़ें | और पढ़ें | संबंधित खबरें
    আরও পড়ুন | আরো পড়ুন
    相关阅读 | 相關閱讀 | 延伸阅读 | 延伸閱讀 | 相关文章 | 相關文章 | 相关新闻 | 相關新聞 | 推荐阅读 | 阅读更多 |
      另请阅读
    関連記事 | あわせて読みたい | 関連ニュース | こちらもおすすめ
    관련 기사 | 관련 뉴스 | 함께 읽기 | 더 읽기
    baca juga | artikel terkait | berita terkait
    lees ook | lees meer | zie ook | gerelateerde artikelen
    czytaj także | czytaj też | czytaj również | przeczytaj także | zobacz także | zobacz też
    citește și | citiți și | vezi și
    διαβάστε επίσης | διαβάστε ακόμα | δείτε επίσης | σχετικά άρθρα
    đọc thêm | xem thêm | tin liên quan | bài liên quan
    อ่านเพิ่มเติม | ข่าวที่เกี่ยวข้อง
    läs också | läs även | läs mer
    læs også | les også
    lue myös
    čtěte také | přečtěte si také | čítajte tiež
    olvassa el ezt is
    soma pia
""")
"""Lines that stand above other articles."""

SOURCE = _keys("""
    المصدر | مصدر الخبر | مصدر المقال | المصدر الأصلي
    source | original source | news source | published by | first published by
    source originale
    quelle
    fuente
    fonte
    источник | источник новости
    джерело
    kaynak | haber kaynağı
    منبع | منبع خبر
    ماخذ | بشکریہ
    מקור
    स्रोत | स्त्रोत
    উৎস | সূত্র
    来源 | 來源 | 消息来源 | 文章来源 | 新闻来源 | 稿源 | 资料来源
    出典 | 引用元 | 情報源
    출처
    sumber
    bron
    źródło
    sursa
    πηγή
    nguồn
    ที่มา
    källa
    kilde
    lähde
    zdroj
    forrás
    chanzo
""")
"""Labels before the name of a publisher, followed by a colon."""

TAKEN_FROM = ("نقلا عن", "نقلاً عن", "عن", "via")
"""Words before a name in a last line that says where an article was taken from."""

NOBODY = _keys("""
    وكالات | وكالات أنباء | وكالات الأنباء | الوكالات | متابعات | متابعة | خاص | رصد | مواقع | مواقع إلكترونية |
      مواقع التواصل | مواقع التواصل الاجتماعي | وسائل إعلام | وسائل الإعلام | صحف | مراسلنا | مراسلونا | مراسل |
      تقارير | الإنترنت | إنترنت | غرفة الأخبار | قسم الأخبار | هيئة التحرير
    agencies | agency | news agencies | wires | wire | wire services | staff | staff writer | staff reporter |
      special | exclusive | web | internet | online | media | various | our correspondent | our reporter | web desk |
      news desk | correspondent | editor | editorial | opinion | analysis | author | own
    agences | avec agences | rédaction | la rédaction | agenturen | redaktion | eigene | agencias | redacción |
      агентства | редакция | сми | интернет | ajanslar | haber merkezi | özel | internet haber | خبرگزاریها |
      اینترنت | ایجنسیاں | ویب ڈیسک | نیوز ڈیسک | एजेंसी | एजेंसियां | संवाददाता | 综合 | 网络 | 互联网 | 整理
""")
"""Words of a byline that are not the name of a source."""

AGENCIES = _keys("""
    Reuters | رويترز | رویترز | Рейтер | Рейтерс | रॉयटर्स | 路透社 | 路透 | ロイター | 로이터
    AFP | Agence France-Presse | أ ف ب | فرانس برس | وكالة فرانس برس | 法新社 | АФП
    AP | Associated Press | أسوشيتد برس | أسوشييتد برس | 美联社 | 美聯社 | Ассошиэйтед Пресс
    dpa | د ب أ | 德新社
    Anadolu | Anadolu Agency | Anadolu Ajansı | الأناضول | وكالة الأناضول
    TASS | ТАСС | تاس
    RIA Novosti | РИА Новости
    Interfax | Интерфакс
    Xinhua | 新华社 | 新華社 | شينخوا | Синьхуа
    Kyodo | 共同社 | 共同通信
    Yonhap | 연합뉴스
    Press Trust of India | PTI | पीटीआई
    IRNA | ایرنا | إرنا
    ISNA | ایسنا
    Petra | بترا
    KUNA | كونا
    Efe | Agencia EFE
    ANSA
    UPI
    Bloomberg | بلومبرغ | بلومبرج
    BBC | BBC News | BBC Arabic | بي بي سي | بي بي سي عربي | بی‌بی‌سی | Би-би-си
    CNN | سي إن إن
    Al Jazeera | الجزيرة نت
    Sky News | سكاي نيوز | سكاي نيوز عربية
    Deutsche Welle | دويتشه فيله
    Antara
    Bernama
    Ukrinform | Укринформ | Укрінформ
    Lusa
    Keystone-SDA
""")
"""Agencies and stations whose names have no other meaning."""

OUTLET_WORDS = _keys("""
    وكالة | الوكالة | صحيفة | جريدة | مجلة | قناة | شبكة | موقع | نيوز | برس | نت | أونلاين | تلفزيون | إذاعة | بوست |
      للأنباء
    news | press | agency | times | post | herald | tribune | gazette | daily | wire | journal | tv | radio |
      magazine | chronicle | observer | courier | media
    agence | presse | agentur | zeitung | nachrichten | agencia | prensa | diario | noticias | agenzia | giornale |
      notizie | jornal | notícias | courrier
    агентство | газета | новости | вести | журнал | агенція | ajansı | haber | gazetesi | خبرگزاری | روزنامه | شبکه |
      خبررساں | اخبار | समाचार | न्यूज़ | न्यूज | एजेंसी
""")
"""Words in the names of newspapers, agencies and stations."""

OUTLET_ENDINGS = ("社", "网", "報", "报", "新闻", "新聞", "뉴스", "일보", "신문", "通信", "通讯")

CITIES = _keys("""
    London | لندن | Londres | Лондон | Londra | 伦敦
    Paris | باريس | París | Париж | پاریس | 巴黎
    Berlin | برلين | Берлин | برلین | 柏林
    Madrid | مدريد | Мадрид
    Rome | روما | Rom | Roma | Рим | رم
    Brussels | بروكسل | Bruxelles | Brüssel | Bruselas | Брюссель
    Geneva | جنيف | Genève | Genf | Ginebra | Женева | ژنو
    Vienna | فيينا | Vienne | Wien | Viena | Вена | وین
    Athens | أثينا | Athènes | Athen | Atenas | Афины | Αθήνα
    Moscow | موسكو | Moscou | Moskau | Moscú | Москва | مسکو | मास्को | 莫斯科
    Kyiv | Kiev | كييف | Kiew | Киев | Київ
    Warsaw | وارسو | Varsovie | Warschau | Варшава | Warszawa
    Lisbon | لشبونة | Lisbonne | Lissabon | Lisboa
    Washington | واشنطن | Вашингтон | واشینگتن | واشنگتن | 华盛顿 | वाशिंगटन
    New York | نيويورك | Nueva York | Нью-Йорк | نیویورک | 纽约
    Los Angeles | لوس أنجلوس
    Ottawa | أوتاوا
    Toronto | تورونتو
    Mexico City | Ciudad de México | مكسيكو
    Buenos Aires | بوينس آيرس
    Bogota | Bogotá
    Caracas | كراكاس
    Lima
    Cairo | القاهرة | Le Caire | Kairo | El Cairo | Каир | قاهره | 开罗
    Alexandria | الإسكندرية
    Khartoum | الخرطوم | Хартум
    Tripoli | طرابلس
    Tunis | تونس
    Algiers | الجزائر | Alger
    Rabat | الرباط
    Casablanca | الدار البيضاء
    Nouakchott | نواكشوط
    Amman | عمان | عمّان | Амман
    Damascus | دمشق | Damas | Damaskus | Damasco | Дамаск | Şam
    Aleppo | حلب | Alep | Алеппо
    Beirut | بيروت | Beyrouth | Бейрут | Beyrut | بیروت
    Baghdad | بغداد | Bagdad | Багдад | Bağdat
    Erbil | أربيل | Эрбиль
    Basra | البصرة
    Mosul | الموصل
    Jerusalem | القدس | القدس المحتلة | Иерусалим | Kudüs
    Ramallah | رام الله
    Gaza | غزة
    Tel Aviv | تل أبيب | Тель-Авив
    Riyadh | الرياض | Riad | Эр-Рияд
    Jeddah | جدة
    Mecca | مكة | مكة المكرمة
    Doha | الدوحة | Доха
    Dubai | دبي | Дубай
    Abu Dhabi | أبوظبي | أبو ظبي
    Kuwait City | الكويت
    Manama | المنامة
    Muscat | مسقط
    Sanaa | صنعاء
    Aden | عدن
    Tehran | طهران | Téhéran | Teheran | Teherán | Тегеран | تهران | 德黑兰
    Ankara | أنقرة | Анкара | آنکارا
    Istanbul | إسطنبول | اسطنبول | İstanbul | Estambul | Стамбул | استانبول
    Kabul | كابل | كابول | Кабул | کابل
    Islamabad | إسلام آباد | اسلام آباد
    Karachi | كراتشي | کراچی
    Lahore | لاہور
    New Delhi | نيودلهي | Neu-Delhi | Nueva Delhi | Нью-Дели | नई दिल्ली
    Mumbai | مومباي | मुंबई
    Dhaka | دكا | ঢাকা
    Beijing | بكين | Pékin | Peking | Pekín | Пекин | پکن | 北京
    Shanghai | شنغهاي | 上海
    Hong Kong | هونغ كونغ | 香港
    Taipei | 台北 | 臺北
    Tokyo | طوكيو | Tokio | Токио | 東京 | 东京
    Seoul | سيول | Séoul | Сеул | 서울
    Jakarta | جاكرتا
    Kuala Lumpur | كوالالمبور
    Manila | مانيلا
    Bangkok | بانكوك
    Hanoi | هانوي | Hà Nội
    Sydney | سيدني
    Canberra | كانبيرا
    Nairobi | نيروبي
    Addis Ababa | أديس أبابا
    Lagos | لاغوس
    Abuja | أبوجا
    Johannesburg | جوهانسبرغ
    Dakar | داكار
    Mogadishu | مقديشو
""")
"""Cities that datelines name."""

NO_AGENCY = frozenset(["CEO", "DRC", "EU", "GMT", "KSA", "NATO", "TV", "UAE", "UK", "UN", "US", "USA", "UTC", "WHO"])
"""Abbreviations that stand in brackets after a place but are not publishers."""
# fmt: on
