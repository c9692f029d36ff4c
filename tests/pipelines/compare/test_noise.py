import pytest

from pipelines.compare.noise import NO_NOISE, Noise

PROSE = ("Border guards held an exercise on Monday.", "Officials said that trains would not wait.",
         "Analysts saw a sign in it.")


def same(old: tuple[str, ...], new: tuple[str, ...], noise: Noise = NO_NOISE) -> bool:
    return noise.same("Headline", "\n".join(old), "Headline", "\n".join(new))


@pytest.mark.parametrize(("old", "new"), [
    ("Ko‘rishlar soni: 54,175", "Ko‘rishlar soni: 60 412"), ("Сегодня в 16:27", "Сегодня в 18:01"), ("刚刚", "5分钟前"),
    ("By John Miller | 3 hours ago | 1,234 views", "By John Miller | 5 hours ago | 2,001 views"),
    ("Aigerim Seitova, 17 саат мурун", "Aigerim Seitova, 2 саат мурун"),
    ("Автор: Иван Петров • 30 252 просмотра", "Автор: Иван Петров • 31 000 просмотров"),
    ("27.11.2026 1 234 просмотра", "27.11.2026 99 просмотров"), ("浏览量：5163", "浏览量：5170"),
    ("Сейчас 10:37", "Сейчас 11:40"),
    ("Читайте также: Казахстан подписал договор", "Читайте также: Москва одобрила пошлины"),
    ("▶ Most read — A railway deal", "▶ Most read — A border crossing"), ("热门新闻：央行推迟计划", "热门新闻：粮食关税"),
    ("Edited 13 minutes ago", "Edited 2 hours ago"), ("更新于22分钟前", "更新于3分钟前"),
    ("S. Rahimov — 更新于22分钟前", "S. Rahimov — 更新于3分钟前"), ("Оценка 48 из 100", "Оценка 51 из 100"),
    ("Rating: 4.12 (54971 votes)", "Rating: 4.2 (54 980 votes)"),
    ("Dana Omarova (Всего просмотров — 159 940)", "Dana Omarova (Всего просмотров — 186 454)"),
    ("Көргөндөр: 166 255", "Көргөндөр: 23303"), ("Keep reading «A dog»", "Keep reading «A cat»."),
    ("Алматы +12°C, облачно", "Алматы −3°C, ясно"), ("USD 447.50 EUR 512.30", "USD 448.10 EUR 511.90"),
])
def test_a_line_known_by_its_form_may_change(old, new):
    assert same((*PROSE, old), (*PROSE, new))


def test_a_line_that_is_nothing_else_may_come_and_go():
    assert same((*PROSE, "刚刚", "Views: 1,234", "Read also: a railway deal", "Алматы +12°C"), PROSE)


def test_of_a_line_that_has_more_in_it_the_rest_counts():
    assert NO_NOISE.without((*PROSE, "By John Miller | 3 hours ago | 1,234 views"))[3:] == ("By John Miller",)


@pytest.mark.parametrize(("old", "new"), [
    ("The ministry counted 1,234 views.", "The ministry counted 2,345 views."),
    ("The clip got 1,234 views", "The clip got 99 views"),
    ("Погибшие: 12", "Погибшие: 15"), ("Two weeks ago, 15 people died", "Two weeks ago, 16 people died"),
    ("Uzbekistan Tour, 5 days", "Uzbekistan Tour, 7 days"), ("Иванов | 1 234 голоса", "Иванов | 2 345 голосов"),
    ("Gold | Kenya | 2:01:09", "Gold | Kenya | 2:01:10"), ("Рост — 12 %", "Рост — 13 %"), ("Photo: Ivan Petrov", "Photo: AFP"),
    ("By John Miller | 3 hours ago", "By Dana Omarova | 3 hours ago"),
    ("Dana Omarova 5 minutes ago", "Oleg Kim 5 minutes ago"), ("Оценка ущерба: 48 млн", "Оценка ущерба: 51 млн"),
    ("Оценка 48", "Оценка 51"), ("Rating: 48 killed", "Rating: 51 killed"),
    ("Edited 13 minutes long", "Edited 14 minutes long"),
    ("Сегодня в 13:13 взорвалось три вагона", "Сегодня в 13:13 взорвалось два вагона"), ("A dog", "A cat"),
])
def test_what_an_editor_changes_is_never_noise(old, new):
    assert not same((*PROSE, old), (*PROSE, new))


def test_a_text_about_the_weather_or_money_is_compared_whole():
    rates = ("USD 447.50", "EUR 512.30", "RUB 5.61")
    assert not same((*PROSE, *rates), (*PROSE, "USD 447.50", "EUR 512.30", "RUB 5.70"))
    assert not same(("USD 447.50",), ("USD 448.50",))


def test_a_text_of_nothing_but_noise_is_compared_whole():
    assert not same(("Read also: one thing",), ("Read also: another thing",))


@pytest.mark.parametrize(("rule", "old", "new"), [
    (("figures", "алматы +0"), ("Алматы +12",), ("Алматы +7",)),
    (("label", "сейчас в эфире"), ("Сейчас в эфире: утро",), ("Сейчас в эфире: вечер",)),
    (("below", "1 К этому часу"), ("К этому часу", "Цены на хлеб выросли"), ("К этому часу", "На рынке потушили пожар")),
    (("line", "Партнерский материал"), ("Партнёрский материал",), ()),
])
def test_what_an_outlet_s_history_says_is_noise(rule, old, new):
    assert same((*PROSE, *old), (*PROSE, *new), Noise((rule,)))
    assert not same((*PROSE, *old), (*PROSE, *new))
    assert not same((*PROSE, *old), (PROSE[0], *new), Noise((rule,)))
