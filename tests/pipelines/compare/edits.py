"""Edits of known kinds, made from news texts: real ones where the shared folder has them, and some of our own. What makes them
knows nothing of how an edit is told apart: it splits at blanks and full stops, and changes what its kind says."""
import json
import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SHARED = Path(__file__).resolve().parents[4] / "shared" / "pages" / "outlets"
OWN = {
    "en": [("Guards meet at the pass", """\
Border guards of two countries held their first joint exercise near the pass on Monday.
Officials said that 240 men took part and that it would not slow the freight trains.
“We will not close the road for a single day,” the mayor told reporters.
The exercise cost 3.5 million tenge. Some 1,200 lorries wait at the crossing each week, often for many hours.
Analysts saw one more sign that the old division of labour is ending.
A second exercise is planned for autumn, farther to the south."""),
           ("Flood takes a bridge", """\
A flood took the wooden bridge of the village in the night to Sunday, and nobody was hurt.
The river rose by 4 metres within hours.
“I heard a noise like a train and ran up the hill,” said a herder who lives nearby.
Engineers expect to build another one by August.
It will be of steel and carry up to 30 tonnes, the regional council said.
Until then 87 families reach the shops by boat. The council promised them fuel and bread at no cost.""")],
    "ru": [("Учения у перевала", """Пограничники двух стран провели в понедельник первые совместные учения у перевала.
По словам чиновников, участвовали 240 человек, и поезда не задержались.
«Мы не закроем дорогу ни на один день», — сказал журналистам аким.
Учения стоили 3,5 миллиона тенге. На переходе каждую неделю ждут около 1200 грузовиков, часто по многу часов.
Аналитики увидели в этом ещё один знак перемен. Вторые учения намечены на осень, уже дальше к югу."""),
           ("Паводок снёс мост", """Паводок снёс деревянный мост села в ночь на воскресенье, никто не пострадал.
Вода поднялась на 4 метра за считаные часы.
«Я услышал шум, как от поезда, и побежал на холм», — рассказал чабан, живущий рядом.
Инженеры надеются построить другой к августу. Он будет стальным и выдержит до 30 тонн, сообщили в совете области.
Пока 87 семей добираются до магазинов на лодке. Совет обещал им топливо и хлеб бесплатно.""")],
    "kk": [("Асудағы жаттығу", """\
Екі елдің шекарашылары дүйсенбі күні асудың маңында алғашқы бірлескен жаттығуын өткізді.
Шенеуніктердің айтуынша, оған 240 адам қатысты және пойыздар кідірген жоқ. «Біз жолды бір күнге де жаппаймыз», \
деді әкім журналистерге.
Жаттығуға 3,5 миллион теңге жұмсалды. Өткелде апта сайын 1200 жүк көлігі күтеді, көбіне ұзақ сағаттар бойы.
Сарапшылар мұны өзгерістің тағы бір белгісі деп білді. Екінші жаттығу күзге, оңтүстікке қарай жоспарланған."""),
           ("Су көпірді алып кетті", """\
Тасқын су ауылдың ағаш көпірін жексенбіге қараған түні алып кетті, ешкім зардап шеккен жоқ.
Өзен бірнеше сағатта 4 метрге көтерілді.
«Мен пойыздың дауысындай гуіл естіп, төбеге қарай жүгірдім», деді жақын тұратын шопан.
Инженерлер тамызға дейін басқасын салуға үміттенеді.
Ол болаттан жасалып, 30 тоннаға дейін көтереді, деп хабарлады кеңес.
Әзірге 87 отбасы дүкенге қайықпен жетеді. Кеңес оларға отын мен нанды тегін беруге уәде етті.""")],
    "uz": [("Dovondagi mashg'ulot", """\
Ikki davlat chegarachilari dushanba kuni dovon yaqinida ilk qo'shma mashg'ulotini o'tkazdi.
Rasmiylar unda 240 kishi qatnashgani va poyezdlar kechikmaganini aytdi.
«Biz yo'lni bir kunga ham yopmaymiz», dedi hokim jurnalistlarga.
Mashg'ulotga 3,5 million so'm sarflandi. O'tish joyida har hafta 1200 ta yuk mashinasi kutadi, ko'pincha uzoq soatlar.
Tahlilchilar buni o'zgarishning yana bir belgisi deb bildi.
Ikkinchi mashg'ulot kuzga, janubga yaqinroq joyga rejalashtirilgan."""),
           ("Suv ko'prikni olib ketdi", """\
Toshqin qishloqning yog'och ko'prigini yakshanbaga o'tar kechasi olib ketdi, hech kim jabr ko'rmadi.
Daryo bir necha soatda 4 metrga ko'tarildi.
«Men poyezd ovoziday shovqin eshitib, tepalikka yugurdim», dedi yaqinda yashovchi cho'pon.
Muhandislar avgustgacha boshqasini qurishga umid qilmoqda.
U po'latdan bo'lib, 30 tonnagacha ko'taradi, deb xabar berdi kengash.
Hozircha 87 oila do'konga qayiqda boradi. Kengash ularga yoqilg'i va nonni bepul berishga va'da qildi.""")],
}
NOTICES = {
    "en": ["Correction: An earlier version of this article gave a wrong name.",
           "This story has been corrected to show the day.",
           "Clarification: The council has not yet decided.", "CORRECTION (May 3): The road is not closed."],
    "ru": ["Исправлено: ранее было указано неверное имя.", "В предыдущей версии статьи была неточность.",
           "Уточнение. Совет ещё не принял решения.", "Поправка: дорога не закрыта."],
    "kk": ["Түзету: мақалада есім қате жазылған еді.", "Мақаланың алдыңғы нұсқасында есім басқаша берілген.",
           "Түзетілді: жол жабылған жоқ."],
    "uz": ["Tuzatish: ism noto'g'ri yozilgan edi.", "Maqolaning avvalgi variantida ism boshqacha berilgan.",
           "Тузатиш: йўл ёпилмаган."],
}
NUMBER = re.compile(r"(?<![\w.,:/'-])\d{1,6}(?:[.,]\d+)?(?![\w:/'-]|[.,]\d)")
QUOTED = re.compile(r"[“«„]([^“”«»„\"\n]{25,400})[”»“]")


@dataclass(frozen=True)
class Article:
    language: str
    title: str
    text: str


@dataclass(frozen=True)
class Edit:
    kind: str
    before: Article
    after: Article


@cache
def articles() -> tuple[Article, ...]:
    """The texts that are edited, each a line a block."""
    found = [Article(language, title, text) for language, pairs in OWN.items() for title, text in pairs]
    for file in sorted(SHARED.glob("*/*.json")) if SHARED.is_dir() else ():
        if file.name == "meta.json":
            continue
        for gold in json.loads(file.read_text(encoding="utf-8")).values():
            body = gold["body"] or {"summary": [], "sections": []}
            parts = [line for part in body["sections"] for line in (*part["headline"], *part["paragraphs"])]
            lines = [*body["summary"], *parts]
            text = "\n".join(" ".join(line.split()) for line in lines if len(line.split()) > 1)
            if gold.get("title") and 800 < len(text) < 3500:
                found.append(Article(file.parent.name, gold["title"], text))
    return tuple(found)


def made(kind: str, rng: random.Random) -> Edit:
    """An edit of a kind, of an article that has what it takes."""
    while True:
        before = rng.choice(articles())
        if (others := _others(before)) and (after := MAKERS[kind](before, rng.choice(others), rng)) is not None:
            return Edit(kind, before, after)


@cache
def _others(before: Article) -> tuple[Article, ...]:
    """Other stories in the language; two that have a paragraph in common are one."""
    lines = set(before.text.split("\n"))
    return tuple(each for each in articles() if each.language == before.language and each.title != before.title
                 and not lines & set(each.text.split("\n")))


def _headline(before: Article, other: Article, rng: random.Random) -> Article:
    words = before.title.split()
    words[rng.randrange(len(words))] = rng.choice(other.title.split()) + rng.choice(["", " now"])
    if words == before.title.split():
        return _headline(before, other, rng)
    return Article(before.language, " ".join(words), before.text)


def _figures(before: Article, _other: Article, rng: random.Random) -> Article | None:
    found = list(NUMBER.finditer(before.text))
    if not found:
        return None
    text = before.text
    for number in sorted(rng.sample(found, min(len(found), rng.choice([1, 1, 1, 2]))), key=lambda each: -each.start()):
        digits = list(number[0])
        place = rng.choice([place for place, digit in enumerate(digits) if digit.isdigit()])
        digits[place] = str((int(digits[place]) + rng.randint(1, 8)) % 9 + 1) if digits[place] != "0" else "5"
        text = text[:number.start()] + "".join(digits) + text[number.end():]
    return Article(before.language, before.title, text) if text != before.text else None


def _quote(before: Article, other: Article, rng: random.Random) -> Article | None:
    found = [each for each in QUOTED.finditer(before.text) if len(each[1].split()) >= 4]
    if not found:
        return None
    chosen = rng.choice(found)
    words = chosen[1].split(" ")
    places = [place for place, word in enumerate(words) if word.isalpha()]
    if not places:
        return None
    for place in rng.sample(places, min(len(places), rng.randint(1, 2))):
        words[place] = _word(other, rng, words[place])
    return Article(before.language, before.title, before.text[:chosen.start(1)] + " ".join(words) + before.text[chosen.end(1):])


def _correction(before: Article, other: Article, rng: random.Random) -> Article | None:
    if before.language not in NOTICES:
        return None
    text = before.text
    if rng.random() < 0.6:
        fixed = rng.choice([_figures, _wording])(before, other, rng)
        text = fixed.text if fixed is not None else text
    notice = rng.choice(NOTICES[before.language])
    text = rng.choice([f"{text}\n{notice}", f"{notice}\n{text}", f"{text}\n* {notice}", f"{text} {notice}"])
    return Article(before.language, before.title, text)


def _wording(before: Article, other: Article, rng: random.Random) -> Article | None:
    lines = before.text.split("\n")
    # Ordinary words: small letters alone, in lines without any marks of a quotation.
    places = [(row, column) for row, line in enumerate(lines) if not re.search("[“”«»„\"'‘’]", line)
              for column, word in enumerate(line.split(" ")) if word.isalpha() and word == word.lower()]
    if len(places) < 8:
        return None
    for row, column in rng.sample(places, rng.randint(1, 4)):
        words = lines[row].split(" ")
        words[column] = _word(other, rng, words[column])
        lines[row] = " ".join(words)
    return Article(before.language, before.title, "\n".join(lines))


def _expanded(before: Article, other: Article, rng: random.Random) -> Article:
    lines = before.text.split("\n")
    put = rng.sample(other.text.split("\n"), 1 if rng.random() < 0.6 else min(3, other.text.count("\n")) or 1)
    if rng.random() < 0.4:
        row = rng.randrange(len(lines))
        lines[row] = f"{lines[row]} {_sentences(put[0])[0]}"
    else:
        for line in put:
            lines.insert(rng.randint(0, len(lines)), line)
    return Article(before.language, before.title, "\n".join(lines))


def _cut(before: Article, _other: Article, rng: random.Random) -> Article | None:
    lines = before.text.split("\n")
    rows = [row for row, line in enumerate(lines) if len(_sentences(line)) > 1]
    if rows and rng.random() < 0.4:
        row = rng.choice(rows)
        said = _sentences(lines[row])
        del said[rng.randrange(len(said))]
        lines[row] = " ".join(said)
    elif len(lines) > 3:
        for _ in range(rng.randint(1, len(lines) // 3)):
            del lines[rng.randrange(len(lines))]
    else:
        return None
    return Article(before.language, before.title, "\n".join(lines))


def _rewritten(before: Article, other: Article, rng: random.Random) -> Article | None:
    lines = []
    for line in before.text.split("\n"):
        said = []
        for sentence in _sentences(line):
            words = sentence.split(" ")
            if rng.random() < 0.85:
                places = [place for place, word in enumerate(words) if word.isalpha()]
                for place in rng.sample(places, round(len(places) * rng.uniform(0.35, 0.6))):
                    words[place] = _word(other, rng, words[place])
            said.append(" ".join(words))
        lines.append(" ".join(said))
    return Article(before.language, before.title, "\n".join(lines))


def _replaced(_before: Article, other: Article, _rng: random.Random) -> Article:
    return other


def _sentences(line: str) -> list[str]:
    return re.split(r"(?<=[a-zа-яәіңғүұқөһё]{2}[.!?]) (?=[A-ZА-ЯҚҒІӨҮҰ])", line)


def _word(other: Article, rng: random.Random, but: str) -> str:
    return rng.choice([word for word in _ordinary(other) if word != but.lower()])


@cache
def _ordinary(article: Article) -> tuple[str, ...]:
    return tuple(word for word in article.text.split() if word.isalpha() and word == word.lower())


MAKERS = {"headline": _headline, "figures": _figures, "quote": _quote, "correction": _correction, "wording": _wording,
          "expanded": _expanded, "cut": _cut, "rewritten": _rewritten, "replaced": _replaced}
