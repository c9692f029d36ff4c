"""newspaper4k as a reader of single pages: lines of `read --jsonl -` in, documents with the fields that it has out."""
import newspaper
from lines import Document, answer


def document(raw: bytes, url: str) -> Document:
    article = newspaper.Article(url, fetch_images=False)
    article.download(input_html=raw)
    article.parse()
    return {"text": article.text, "title": article.title, "authors": article.authors,
            "published": article.publish_date.isoformat() if article.publish_date else None}


if __name__ == "__main__":
    answer(document)
