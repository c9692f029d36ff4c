"""What sites write around comments: their buttons, votes, relative times and the words that tell what a box is of. English,
German, Russian, Kazakh, Kyrgyz, Uzbek, Tajik, Turkmen, Turkish, Chinese, French, Spanish."""
import re

_REPLY = (
    "reply|reply to this|reply to comment|answer|respond|antworten|ответить|ответ|жауап беру|жауап жазу|жауап|жооп берүү|жооп|"
    "javob|javob berish|javob yozish|жавоб|жавоб бериш|ҷавоб|ҷавоб додан|jogap|jogap ber|jogap bermek|yanıtla|回复|回應|回覆|"
    "répondre|responder|rispondi|odpowiedz|відповісти")
_BUTTON = "|".join((
    _REPLY, "replies",
    r"report(?: (?:this )?(?:comment|abuse))?|share|likes?|dislike|quote|link|permalink|edit|flag|hide|delete",
    "copy link|abuse|upvote|downvote|vote|follow|thanks|show more|read more|says|said|wrote|writes|commented",
    "(?:in )?repl(?:y|ies|ied) to",
    "melden|teilen|zitieren|gefällt mir|empfehlen|permanenter link|schreibt|sagt|schrieb|kommentiert",
    r"пожаловаться|жалоба|поделиться|нравится|не нравится|цитировать|цитата|ссылка|удалить|изменить|пишет|написал\w*|сказал\w*",
    "говорит|скопировать ссылку|спасибо|шағымдану|бөлісу|ұнайды|дәйексөз|арыз|бөлүшүү|жактыруу|shikoyat|ulashish|yoqdi|iqtibos",
    "шикоят|улашиш|мубодила|şikaýat|paýlaş|şikayet|paylaş|beğen|举报|檢舉|分享|赞|讚|踩|引用|signaler|partager|denunciar|compartir",
    "поскаржитися"))
REPLY = re.compile(rf"\W*(?:{_REPLY})\W*", re.IGNORECASE)
# One or several of them and nothing else.
BUTTONS = re.compile(rf"\W*(?:(?:{_BUTTON})(?:\W+|$))+", re.IGNORECASE)
# Of other articles, or of the day, not of this page.
ELSEWHERE = re.compile(
    r"recent|latest|(?:^|[-_ ])last|newest|popular|related|teaser|trending|most[-_ ]?(?:read|commented)|ticker|live-?blog|"
    r"newsfeed|top[-_ ]?(?:comments?|stories|news)|news[-_]?list|archive|more[-_]|recommend|posledni|neueste|letzte|"
    r"последни|свежие|"
    r"новые комм|лучшие|читай|другие|соңғы|акыркы|so.nggi|oxirgi|сўнгги|охирин|soňky|son yorum|最新|近期|热评", re.IGNORECASE)
VOTES = re.compile(
    r"[#№+\-–−▲▼↑↓♥❤👍👎]*\s*\d{0,6}(?:[.,]\d+)?\s*[kк]?\s*[▲▼↑↓♥❤👍👎]*|(?:\W*\w+\W*){1,2}\s*[:(]\s*[+\-–−]?\d+\s*\)?|"
    r"[+\-–−]?\d+\s+(?:likes?|votes?|points?|replies|reply|answers?|ответ\w*|балл\w*|лайк\w*|голос\w*|дауыс|antworten?)",
    re.IGNORECASE)
# What stands around a name.
SAYS = re.compile(
    r"(?:\s+(?:says|said|wrote|writes|commented|replied|schreibt|sagt|schrieb|meint|пишет|писала?|написала?|сказала?|говорит|жазды|"
    r"деді|yozdi|dedi|a écrit|dit|dice|escribió))?(?:\s+(?:at|on|am|um|в|on the))?[\s:：,|·•—–(-]*$", re.IGNORECASE)
BY = re.compile(
    r"^\W*(?:(?:posted |written |submitted |comment )?(?:by|from)|von|от|автор|author|имя|name|пользователь|muallif|муаллиф|"
    r"автору|par|por|作者)\s*[:：]?\s+", re.IGNORECASE)
# Words before a time, which are nobody's name.
BEFORE_TIME = re.compile(r"(?:at|on|am|um|в|on the|by|von|от|le|el|à)", re.IGNORECASE)
CLOCK = re.compile(
    r"(?:at|um|в|soat|сағат|саат|,)?\s*[012]?\d[:.][0-5]\d(?:[:.][0-5]\d)?\s*(?:[ap]\.?m\.?|uhr|h)?", re.IGNORECASE)
_UNITS = (
    r"sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|hours?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tag(?:en?)?|wochen?|"
    r"monat(?:en?)?|jahr(?:en?)?|секунд\w*|мин(?:ут\w*)?|час\w*|дн\w+|день|недел\w+|месяц\w*|год\w*|лет|сағат|күн|апта|ай|жыл|"
    r"саат|жума|soat|kun|hafta|oy|yil|daqiqa|saat|gün|hepta|aý|ay|ýyl|yıl|рӯз|соат|ҳафта|моҳ|сол|jours?|heures?|mois|ans?|"
    r"semaines?|d[ií]as?|horas?|meses|a[ñn]os?|天|小时|小時|分钟|分鐘|个月|個月|年|周|週")
# A time that counts from now tells where a comment stands, though not when it was written.
RELATIVE = re.compile(
    rf"(?:\d+|an?|one)\s*(?:{_UNITS})\.?\s*(?:ago|назад|бұрын|мурун|oldin|avval|öň|önce|пеш|前|lalu)|"
    rf"(?:vor|il y a|hace|há)\s+(?:\d+|einem|einer|un|une|una)\s+(?:{_UNITS})", re.IGNORECASE)
# Times that lack a year, or are written so that no reader knows them: they tell where a comment stands all the same.
LOOSE = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+[^\W\d]{3,9}\.?|[^\W\d]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?)[\s,@|·•–—-]*(?:at|um|в)?\s*"
    r"[012]?\d[:.][0-5]\d(?:\s*[ap]\.?m\.?)?|\d{1,2}\.\d{1,2}\.?,?\s+(?:19|20)\d\d|"
    r"\b\d{1,2}[./]\d{1,2}[./]\d\d\b", re.IGNORECASE)
