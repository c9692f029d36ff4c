"""news-please as a reader of single pages: lines of `read --jsonl -` in, documents with the fields that it has out."""
from bs4.dammit import EncodingDetector
from lines import Document, answer
from newsplease import NewsPlease


def document(raw: bytes, url: str) -> Document:
    declared = EncodingDetector.find_declared_encoding(raw, is_html=True) or "utf-8"
    article = NewsPlease.from_html(raw.decode(declared, "replace"), url, fetch_images=False)
    return {"text": article.maintext, "title": article.title, "authors": article.authors,
            "published": article.date_publish.isoformat() if article.date_publish else None}


if __name__ == "__main__":
    answer(document)
