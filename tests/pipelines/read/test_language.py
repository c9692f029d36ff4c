"""The language of a text that its page does not say."""
import pytest

from pipelines.read.language import by_common_words, of_text

PLAIN = {
    "en": "The bridge at the border was closed for two days, and the trucks that had been on their way to the port stood in a "
          "row that reached as far as the next town. It is not known by whom the order was given.",
    "de": "Die Brücke an der Grenze war zwei Tage lang gesperrt, und die Lastwagen, die auf dem Weg zum Hafen waren, standen "
          "in einer Reihe, die bis in die nächste Stadt reichte. Wer das angeordnet hat, ist nicht bekannt."}
# Neighbours of those, with many of their words.
OTHERS = {
    "fr": "Le pont à la frontière est resté fermé deux jours, et les camions qui étaient en route pour le port se sont mis en "
          "une file qui allait jusque dans la ville voisine. On ne sait pas qui a donné cet ordre.",
    "nl": "De brug aan de grens was twee dagen gesloten, en de vrachtwagens die op weg waren naar de haven stonden in een rij "
          "die tot in de volgende stad reikte. Het is niet bekend door wie het bevel is gegeven.",
    "da": "Broen ved grænsen var lukket i to dage, og de lastbiler, der var på vej til havnen, stod i en række, som nåede "
          "helt ind i den næste by. Det er ikke kendt, hvem der gav ordren, og regeringen siger ikke noget om det.",
    "uz": "Chegaradagi ko‘prik ikki kun davomida yopiq bo‘ldi va portga ketayotgan yuk mashinalari qo‘shni shahargacha "
          "cho‘zilgan qatorda turdi. Buyruqni kim bergani ma’lum emas, hukumat esa bu haqda hech narsa demayapti.",
    "tr": "Sınırdaki köprü iki gün boyunca kapalı kaldı ve limana giden kamyonlar komşu şehre kadar uzanan bir sırada "
          "bekledi. Emri kimin verdiği bilinmiyor ve hükümet bu konuda hiçbir şey söylemiyor, gazeteciler de sormuyor."}


@pytest.mark.parametrize("code", PLAIN)
def test_a_text_full_of_a_languages_common_words_needs_no_classifier(code):
    assert of_text(PLAIN[code]) == (code, "words")


def test_a_few_english_words_in_another_text_do_not_make_it_english():
    assert by_common_words(OTHERS["uz"] + " Bu haqda The Times of Central Asia yozdi.") is None


@pytest.mark.parametrize("code", OTHERS)
def test_a_text_in_a_neighbouring_language_is_left_to_the_classifier(code):
    assert by_common_words(OTHERS[code]) is None


def test_a_few_words_are_left_to_the_classifier_and_a_few_letters_tell_nothing():
    assert of_text("The bridge at the border was closed for two days.") == ("en", "langid")
    assert of_text("of the") == (None, "")


def test_a_text_half_in_one_language_and_half_in_another_is_left_to_the_classifier():
    assert by_common_words(f"{PLAIN['en']} {PLAIN['de']}") is None
