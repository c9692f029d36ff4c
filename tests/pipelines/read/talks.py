"""An article and a talk below it in each language that we read, all made up here: they certify structure, not language."""
from dataclasses import dataclass

from tests.pipelines.read.pages_to_read import LINES

Said = tuple[str, str, int | None]  # an author, a text, and the place of the comment that it answers


@dataclass(frozen=True)
class Talk:
    """label is the site's own count of comments, reply its word for answering."""

    lang: str
    lines: tuple[str, ...]
    label: str
    reply: str
    said: tuple[Said, ...]


TALKS = {
    "en": Talk("en", LINES["en"], "{} comments", "Reply", (
        ("Meerim", "Last spring they told us the same thing about the other pass, and it was closed until June.", None),
        ("Old Driver", "It was July, I still have the receipts.", 0),
        ("Meerim", "Then even worse.", 1),
        ("Bek S.", "Who pays for the guards' new cars?", None),
        ("Nobody", "We do, as always.", 3))),
    "ru": Talk("ru", LINES["ru"], "{} комментариев", "Ответить", (
        ("Степняк", "Вчера стояли на границе девять часов, и никаких учений мы там не видели.", None),
        ("Лейла М.", "Значит, не с той стороны смотрели.", 0),
        ("Степняк", "С обеих сторон посмотрел, времени хватило.", 1),
        ("дядя Коля", "А поезда как стояли, так и стоят.", None),
        ("Ержан", "Верно сказано!", 3))),
    "kk": Talk("kk", LINES["kk"], "{} пікір", "Жауап беру", (
        ("Айгүл", "Біздің ауыл сол асудың түбінде, бірақ ешқандай дыбыс естіген жоқпыз.", None),
        ("Нұрлан Қ.", "Түнде өтті ғой, сондықтан естімегенсіздер.", 0),
        ("Айгүл", "Түнде де ояу едік.", 1),
        ("Жүргінші", "Жолды қашан жөндейді екен?", None),
        ("Ғалым", "Оны ешкім білмейді.", 3))),
    "uz": Talk("uz", (
        "Ikki davlat chegarachilari dushanba kuni dovon yaqinida birinchi qoʻshma mashgʻulotni oʻtkazdi.",
        "Rasmiylarning aytishicha, mashgʻulot shusiz ham kunlab kutadigan yuk poyezdlarini kechiktirmaydi.",
        "Poytaxtdagi tahlilchilar buni eski mehnat taqsimoti tugab borayotganining yana bir belgisi deb bildi."),
        "{} ta izoh", "Javob berish", (
        ("Gʻulom", "Oʻtgan yili ham xuddi shunday deyishgan edi, keyin yoʻl ikki hafta yopildi.", None),
        ("Nigora X.", "Toʻgʻri, biz oʻsha yerda qolib ketganmiz.", 0),
        ("Gʻulom", "Demak, biz bilan birga turgan ekansiz.", 1),
        ("Haydovchi", "Poyezdlar qachon yuradi oʻzi?", None),
        ("Shavkat", "Kutamiz-da, boshqa ilojimiz yoʻq.", 3))),
    "uz-Cyrl": Talk("uz-Cyrl", (
        "Икки давлат чегарачилари душанба куни довон яқинида биринчи қўшма машғулотни ўтказди.",
        "Расмийларнинг айтишича, машғулот шусиз ҳам кунлаб кутадиган юк поездларини кечиктирмайди.",
        "Пойтахтдаги таҳлилчилар буни эски меҳнат тақсимоти тугаб бораётганининг яна бир белгиси деб билди."),
        "{} та изоҳ", "Жавоб бериш", (
        ("Ғулом", "Қишлоғимиздан ҳар куни ўттизта юк машинаси ўтади, йўл эса бузилиб кетди.", None),
        ("Нигора Ҳ.", "Ҳокимиятга ёздик, ҳали жавоб йўқ.", 0),
        ("Ғулом", "Биз ҳам ёзганмиз.", 1),
        ("Ҳайдовчи", "Энди қайси йўлдан юрамиз?", None),
        ("Шавкат", "Эски йўл очиқ экан.", 3))),
    "ky": Talk("ky", (
        "Эки өлкөнүн чек арачылары дүйшөмбү күнү ашуунун жанында биринчи биргелешкен машыгуусун өткөрдү.",
        "Чиновниктердин айтымында, машыгуу ансыз да күндөп күткөн жүк поезддерин кечиктирбейт.",
        "Борбордогу талдоочулар муну эски эмгек бөлүштүрүүнүн бүтүп баратканынын дагы бир белгиси деп эсептешти."),
        "{} пикир", "Жооп берүү", (
        ("Гүлнара", "Ашууда кар дагы эрий элек, ал жакта кантип машыгышты экен?", None),
        ("Бакыт уулу", "Төмөн жагында өткөрүшсө керек.", 0),
        ("Гүлнара", "Анда түшүнүктүү болду.", 1),
        ("Жолоочу", "Поезд үч күн кечикти, эч ким эчтеке айткан жок.", None),
        ("Өмүрбек", "Бизде да ошондой.", 3))),
    "tg": Talk("tg", (
        "Сарҳадбонони ду кишвар рӯзи душанбе дар наздикии ағба нахустин машқи муштараки худро гузарониданд.",
        "Ба гуфтаи мақомот, машқ қаторҳои боркашро, ки бе ин ҳам рӯзҳо интизоранд, боздошт намекунад.",
        "Таҳлилгарони пойтахт инро нишонаи дигари поёни тақсимоти пешинаи меҳнат донистанд."),
        "{} шарҳ", "Ҷавоб додан", (
        ("Фирӯза", "Мо ҳафтаи гузашта аз он ҷо гузаштем, роҳ хеле вайрон буд.", None),
        ("Ҷамшед Қ.", "Ҳоло таъмир карда истодаанд.", 0),
        ("Фирӯза", "Кошки зудтар тамом кунанд.", 1),
        ("Ронанда", "Нархи бор боз боло рафт.", None),
        ("Ғайрат", "Дуруст мегӯед.", 3))),
    "zh": Talk("zh", (
        "两国边防人员星期一在山口附近举行了第一次联合演习，当地居民从清晨起就听到了发动机的声音。据在场的牧民说，车队一共有三十多辆车，"
        "从河谷一直排到山口的老哨所，到中午才慢慢散去，学校也因此晚了一个小时上课。",
        "官员表示，演习不会耽误货运列车，这些列车本来就要在边境等上好几天才能继续前行。铁路部门的一位负责人说，站台上的积压主要是因为"
        "换轨的设备太旧，与演习没有关系，新的设备最早也要到秋天才能运到并安装完毕。",
        "首都的分析人士认为，这是旧有分工正在走向终结的又一个迹象，今后几年还会有更多变化。他们提醒说，过去十年里，类似的演习都是在别的"
        "山口、和别的邻国一起举行的，这一次的地点和时间都值得仔细留意。"),
        "{} 条评论", "回复", (
        ("山里人", "去年冬天我们在那个山口堵了整整两天，连热水都没有，谁来管一管。", None),
        ("老司机", "我也在那里，后来是附近村民送的饭。", 0),
        ("山里人", "对，还要谢谢他们。", 1),
        ("路过的人", "货车什么时候才能恢复正常？", None),
        ("小马", "听说要等到下个月。", 3))),
}
