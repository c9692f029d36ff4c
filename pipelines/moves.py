"""Words, from the languages of the region, for what moves on a page though nobody edits it: counts, relative dates,
what else to read. Nothing but patterns: the reader and the comparison both know them by these."""
# Words for what is counted, from the languages of the region, by their stems.
COUNTED = (r"(?:page )?views?|reactions?|обсудить|"
           r"viewed|reads?|readers?|comments?|repl(?:y|ies)|shares?|shared|likes?|dislikes?|reposts?|retweets?|votes?|"
           r"hits?|"
           r"просмотр\w*|прочтени\w*|прочитал\w*|комментари\w*|ответ(?:а|ов)?|репост\w*|лайк\w*|дизлайк\w*|голос(?:а|ов)?|"
           r"отзыв\w*|"
           r"қаралым\w*|қаралды|қаралған|оқылды|пікір(?:лер)?|түсініктеме\w*|бөліс\w*|ұнату\w*|ұнады|"
           r"көрүү\w*|көрүлдү|көрүлгөн|каралды|окулду|пикир(?:лер)?|комментарий\w*|бөлүш\w*|"
           r"ko[‘'’ʻ`]?rish\w*|ko[‘'’ʻ`]?rildi|ko[‘'’ʻ`]?rilgan|o[‘'’ʻ`]?qildi|izoh(?:lar)?|fikr(?:lar)?|ulash\w*|yoqdi|"
           r"кўриш\w*|кўрилди|кўрилган|ўқилди|изоҳ(?:лар)?|фикр(?:лар)?|улаш\w*|ёқди|"
           r"дид|дида шуд|тамошо|назар(?:ҳо)?|шарҳ(?:ҳо)?|görlen\w*|okal\w*|teswir\w*|görüntülen\w*|yorum\w*|paylaş\w*|"
           r"beğen\w*")
LABELS = (r"share(?: (?:this|on|via))?|tweet|facebook|twitter|telegram|whatsapp|vk|вконтакте|одноклассники|copy link|link "
          r"copied|"
          r"поделиться|поделитесь|скопировать ссылку|нравится|не нравится|всего|"
          r"updated|published|posted|last updated|обновлено|опубликовано|время чтения|reading time|read time|"
          r"жаңартылды|жарияланды|жаңыртылды|жарыяланды|yangilandi|chop etildi|янгиланди|"
          r"today|yesterday|just now|moments ago|сегодня|вчера|только что|бүгін|кеше|бүгүн|кечээ|bugun|kecha|бугун|кеча|имрӯз|"
          r"дирӯз|hozirgina|жаңа ғана|азыр эле|ҳозиргина|刚刚|今天|昨天")
UNITS = (r"sec(?:ond)?s?|min(?:ute)?s?|hours?|hrs?|days?|weeks?|months?|years?|секунд\w*|сек|минут\w*|мин|час(?:а|ов)?|"
         r"дн(?:я|ей)|"
         r"день|недел[яиюь]|месяц\w*|лет|года?|сағат|күн|апта|ай|жыл|саат|жума|soat|kun|hafta|oy|yil|minut|daqiqa|soniya|"
         r"соат|кун|"
         r"ҳафта|ой|йил|дақиқа|сония|рӯз|моҳ|сол|sagat|gün|hepde|aý|ýyl|sekunt|dakika|saat|saniye|ay|yıl|лаҳза|секундт|мүнөт")
AGO = r"ago|назад|бұрын|мурун|oldin|avval|олдин|аввал|илгари|пеш|қабл|öň|önce|read"
NUMBER = r"\d{1,3}(?:[ \u00a0.,]\d{3})+|\d+(?:[.,]\d+)?"
SCALE = r"(?:\s?(?:k|m|к|тыс\.?|млн\.?|ming|минг|мың|миң)\b)?"
RELATIVE = (rf"\b\d+\s?[mhd] ago\b|(?:{NUMBER}|an?|one)?\s*\b(?:{UNITS})\b\.?\s*(?:\b(?:{UNITS}|{NUMBER})\b\s*)*\b(?:{AGO})\b|"
            rf"(?:{NUMBER})\s*(?:{UNITS})\b\.?|\d+\s?(?:秒|分钟|小时|天|个?月|年)前")
# What leads on to other texts.
SEE_ALSO = (
    r"(?:read|see) (?:also|more)|also (?:read|see)|related(?: (?:articles|news|stories))?|more on (?:this|the) (?:topic|story)|"
    r"most read|(?:читай|смотри)те (?:также|ещ[её])|читать (?:также|ещ[её]|далее)|см\.? также|"
    r"(?:материалы |ещ[её] |статьи )?по теме|"
    r"самое читаемое|популярное|реклама|(?:тағы|сондай-ақ|тағы да)\s*(?:оқыңыз|оқы)|оқи отырыңыз|тақырып бойынша|"
    r"(?:дагы|ошондой эле)\s*окуңуз|тема боюнча|shuningdek,? o[‘'’ʻ`]?qing|mavzuga oid|yana o[‘'’ʻ`]?qing|"
    r"шунингдек,? ўқинг|мавзуга оид|яна ўқинг|ҳамчунин (?:бихонед|хонед)|инчунин (?:бихонед|хонед)|şeýle-de okaň|"
    r"延伸阅读|相关(?:阅读|新闻)|推荐阅读")
