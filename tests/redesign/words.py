"""Articles of nobody's: texts in several languages, each sentence with names and figures of its own."""
import random
import re
from dataclasses import dataclass, field

# In every article in Latin letters, so that one watch is for all of them: whatever changes in one would be told.
WATCHED = "Temirjol"
SYLLABLES = ("ka", "ra", "tau", "bul", "ak", "su", "sai", "kum", "zhe", "ti", "or", "gan", "min", "shu", "bek", "nur", "tal",
             "dos")
SYLLABLES_A_NAME = 6  # so that no two of a site are the same
NAME = re.compile(rf"\b(?=[A-Z])(?i:(?:{'|'.join(SYLLABLES)}){{{SYLLABLES_A_NAME}}})", re.ASCII)
SENTENCES = {
    "en": ("The railway company {w} has opened a workshop for {n} people in {a}, where wagons from {b} are to be repaired.",
           "According to its director, the bridge near {a} cost {n} million and was finished {m} days after the date agreed.",
           "Shepherds from {a} and {b} said they had waited {n} days for water and were told nothing by the ministry.",
           "Trucks with {n} tonnes of copper from {a} stood at the crossing of {b} for {m} hours before a guard woke up.",
           "A court in {a} heard {n} witnesses in the case of {b}, and the judge put off her decision until the {m}th.",
           "Whoever travels from {a} to {b} by {w} will pay {n} more than last year, but may take {m} kilos of melons along.",
           "In the archive of {a} there are {n} maps of the valley, of which {m} were drawn by an engineer from {b}."),
    "ru": ("Железнодорожная компания {w} открыла в посёлке {a} мастерскую на {n} человек, где будут чинить вагоны из {b}.",
           "По словам директора, мост у станции {a} обошёлся в {n} миллионов и был сдан на {m} дней позже срока.",
           "Чабаны из {a} и {b} рассказали, что ждали воду {n} дней и ничего не услышали от министерства.",
           "Грузовики с {n} тоннами меди из {a} простояли на переходе {b} {m} часов, пока не проснулся дежурный.",
           "Суд в городе {a} выслушал {n} свидетелей по делу {b}, и судья отложила решение до {m} числа.",
           "Проезд от {a} до {b} поездом {w} подорожает на {n} тенге, зато с собой можно взять {m} килограммов дынь.",
           "В архиве {a} хранится {n} карт долины, из них {m} начертил инженер из {b}."),
    "kk": ("{w} теміржол компаниясы {a} ауылында {n} адамға арналған шеберхана ашты, онда {b} вагондары жөнделеді.",
           "Директордың айтуынша, {a} маңындағы көпір {n} миллионға түсіп, мерзімнен {m} күн кеш тапсырылды.",
           "{a} мен {b} шопандары суды {n} күн күткенін, министрліктен ештеңе естімегенін айтты.",
           "{a} кенішінен {n} тонна мыс тиеген жүк көліктері {b} өткелінде {m} сағат тұрып қалды.",
           "{a} соты {b} ісі бойынша {n} куәгерді тыңдап, шешімді айдың {m} күніне қалдырды.",
           "{a} мұрағатында алқаптың {n} картасы сақтаулы, оның {m} картасын {b} инженері сызған."),
    "ky": ("{w} темир жол компаниясы {a} айылында {n} кишилик устакана ачты, анда {b} вагондору оңдолот.",
           "Директордун айтымында, {a} жанындагы көпүрө {n} миллионго түшүп, мөөнөтүнөн {m} күн кеч бүттү.",
           "{a} жана {b} малчылары сууну {n} күн күткөнүн, министрликтен эч нерсе укпаганын айтышты.",
           "{a} кенинен {n} тонна жез жүктөлгөн унаалар {b} өткөөлүндө {m} саат туруп калды.",
           "{a} соту {b} иши боюнча {n} күбөнү угуп, чечимди айдын {m} күнүнө калтырды."),
    "uz": ("{w} temir yoʻl kompaniyasi {a} qishlogʻida {n} kishilik ustaxona ochdi, u yerda {b} vagonlari taʼmirlanadi.",
           "Direktorning aytishicha, {a} yaqinidagi koʻprik {n} millionga tushdi va muddatdan {m} kun kech topshirildi.",
           "{a} va {b} choʻponlari suvni {n} kun kutganini, vazirlikdan hech narsa eshitmaganini aytdi.",
           "{a} konidan {n} tonna mis ortilgan yuk mashinalari {b} oʻtish joyida {m} soat turib qoldi.",
           "{a} sudi {b} ishi boʻyicha {n} guvohni tingladi va qarorni oyning {m} kuniga qoldirdi."),
    "zh": ("铁路公司{w}在{a}开设了一个可容纳{n}人的车间，来自{b}的车厢将在那里进行维修和重新油漆。",
           "据该公司负责人介绍，{a}附近的大桥耗资{n}百万元，比原定日期晚了{m}天才完工通车。",
           "来自{a}和{b}的牧民说，他们为了等水已经等了{n}天，有关部门却什么也没有告诉他们。",
           "装载着{n}吨铜的卡车从{a}出发，在{b}口岸停留了{m}个小时，直到值班人员醒来才放行。",
           "{a}的法院听取了{b}一案的{n}名证人的陈述，法官把判决推迟到本月{m}日以后再作出。")}
HEADLINES = {"en": "{w} lays {n} kilometres of track to {a}", "ru": "{w} проложит {n} километров пути до {a}",
             "kk": "{w} {a} бағытына {n} шақырым жол салады", "ky": "{w} {a} багытына {n} чакырым жол салат",
             "uz": "{w} {a} tomon {n} kilometr yoʻl quradi", "zh": "{w}将修建通往{a}的{n}公里铁路"}
AUTHORS = ("Aigul Serikova", "Bek Toktogulov", "Dana Akhmetova", "Rustam Yusupov", "Lin Wei", "Oleg Pak", "Zarina Karimova")
TAGS = ("railway", "China", "border", "water", "copper", "prices", "court", "archive", "melons")


@dataclass
class Article:
    """An article as its authors have it: paragraphs of sentences, and what a layout may show of it or not."""

    path: str
    language: str
    headline: str
    standfirst: str
    author: str
    tags: tuple[str, ...]
    paragraphs: list[list[str]]
    comments: list[tuple[str, str]] = field(default_factory=list)
    gone: bool = False


def name(chance: random.Random) -> str:
    """A place that is on no map."""
    return "".join(chance.choices(SYLLABLES, k=SYLLABLES_A_NAME)).capitalize()


def sentence(language: str, chance: random.Random, template: str | None = None) -> str:
    """A sentence that no other article has."""
    return (template or chance.choice(SENTENCES[language])).format(
        w=WATCHED, a=name(chance), b=name(chance), n=chance.randint(120, 9800), m=chance.randint(3, 29))


def article(number: int, chance: random.Random) -> Article:
    """The article of a number: each third one has comments."""
    language = tuple(SENTENCES)[number % len(SENTENCES)]
    paragraphs = [[sentence(language, chance) for _ in range(chance.randint(2, 4))] for _ in range(chance.randint(4, 8))]
    paragraphs[0].insert(0, sentence(language, chance, SENTENCES[language][0]))
    comments = [(f"c{number}-{each}", f"{name(chance)}: {sentence(language, chance)}") for each in range(3)]
    return Article(f"/news/{number}", language, sentence(language, chance, HEADLINES[language]), sentence(language, chance),
                   chance.choice(AUTHORS), tuple(chance.sample(TAGS, 3)), paragraphs, comments if number % 3 == 0 else [])
