"""Takes the pictures in docs/mail/screenshots: the pages that generate.py wrote, at 360 and 720 pixels, light and dark,
two thirds as large, and tells what is clipped. The pictures that are kept show a page in some of these ways; with --all, in all
of them and at full size. It needs Chromium, and Pillow, which is none of the project's dependencies."""
import re
import shutil
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parent
ALL = ((360, "light"), (360, "dark"), (720, "light"), (720, "dark"))
KEPT = {"en": (ALL[0], ALL[2]), "ru": ALL[1:3], "kk": (ALL[0], ALL[3]), "zh": ALL[1:3], "fa": (ALL[0], ALL[3])}
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--virtual-time-budget=5000")
GAP, SCALE = 12, 0.67
# What stands between a text's colour and that of its ground; so few shades make a picture a quarter as large.
SHADES = (0.33, 0.66)
# Sets each frame as high as its page, and tells pages that are wider than their frame.
SCRIPT = """
addEventListener("load", () => {
  let clipped = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument;
    frame.style.height = page.documentElement.scrollHeight + "px";
    const wide = [...page.querySelectorAll("*")].filter(each => each.getBoundingClientRect().right > frame.clientWidth + 0.5
                                                             || each.getBoundingClientRect().left < -0.5
                                                             || each.scrollWidth > each.clientWidth + 1 && each.clientWidth);
    if (wide.length) clipped.push(frame.title + ": " + wide[0].outerHTML.slice(0, 80));
  }
  document.body.dataset.clipped = clipped.join(" | ");
  document.body.dataset.height = document.querySelector("main").getBoundingClientRect().bottom;
});
"""


def dark(page: str) -> str:
    """A page as it looks where the reader prefers dark ones."""
    return page.replace("@media (prefers-color-scheme: dark)", "@media all").replace("color-scheme: light dark;",
                                                                                     "color-scheme: dark;")


def sheet(template: str, *, everything: bool) -> str:
    """A page with the pictures of a template, a row a language; those that are not kept are hidden and measured."""
    rows = []
    for language, kept in KEPT.items():
        if template == "digest" and language != "en":
            kept = kept[:1]
        if (file := FOLDER / language / f"{template}.html").exists():
            page = file.read_text(encoding="utf-8")
            frames = [f'<iframe class="{"kept" if everything or way in kept else "left"}" title="{language} {width} {scheme}"'
                      f' width="{width}" srcdoc="{escape(page if scheme == "light" else dark(page))}"></iframe>'
                      for way in ALL for width, scheme in (way,)]
            rows.append(f"<div>{''.join(frames)}</div>")
    style = (f"body {{ margin: 0; background: #8a8f98 }} iframe {{ border: 0; height: 10px }}"
             f" main {{ padding-bottom: {GAP}px }}"
             f" div {{ display: flex; align-items: flex-start; gap: {GAP}px; padding: {GAP}px {GAP}px 0 }}"
             " .left { position: absolute; visibility: hidden }")
    return (f'<!DOCTYPE html><html><head><meta charset="utf-8"><style>{style}</style><script>{SCRIPT}</script></head>'
            f"<body><main>{''.join(rows)}</main></body></html>")


def chromium(page: Path, *options: str) -> str:
    """What Chromium prints of a page, with a profile that is used once."""
    program = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("Chromium is not installed")
    with tempfile.TemporaryDirectory() as profile:
        return subprocess.run([program, *OPTIONS, f"--user-data-dir={profile}", *options, page.as_uri()], check=True,  # noqa: S603
                              capture_output=True, text=True, timeout=120).stdout


def palette(page: str) -> Image.Image:
    """The colours of a page's style, and the shades between each two that are far apart."""
    plain = [tuple(bytes.fromhex(found)) for found in dict.fromkeys(re.findall(r"#([0-9a-f]{6})", page))] + [(0x8A, 0x8F, 0x98)]
    colours = dict.fromkeys(plain)
    for ground in plain:
        for text in plain:
            if sum(ground) > sum(text) + 260:
                for shade in SHADES:
                    mixed = tuple(round((a + (b - a) * shade) / 24) * 24 for a, b in zip(ground, text, strict=True))
                    colours.setdefault(mixed)
    image = Image.new("P", (1, 1))
    image.putpalette([min(255, value) for colour in list(colours)[:256] for value in colour])
    return image


def main() -> None:
    into = FOLDER / "screenshots"
    into.mkdir(exist_ok=True)
    everything = "--all" in sys.argv[1:]
    width = sum(width + GAP for width, _ in ALL) + GAP
    scale = 1 if everything else SCALE
    asked = [name for name in sys.argv[1:] if name != "--all"]
    for template in asked or sorted({file.stem for file in FOLDER.glob("en/*.html")}):
        with tempfile.TemporaryDirectory() as folder:
            page, raw = Path(folder) / "sheet.html", Path(folder) / "raw.png"
            page.write_text(sheet(template, everything=everything), encoding="utf-8")
            told = chromium(page, "--dump-dom", f"--window-size={width},2000")
            height = re.search(r'data-height="([\d.]+)"', told)
            clipped = re.search(r'data-clipped="([^"]*)"', told)
            assert height and clipped, f"{template}: its script did not run"
            chromium(page, f"--screenshot={raw}", f"--window-size={width},{int(float(height[1])) + 1}",
                     f"--force-device-scale-factor={scale}")
            colours = palette(page.read_text(encoding="utf-8"))
            with Image.open(raw) as image:
                image.convert("RGB").quantize(palette=colours, dither=Image.Dither.NONE).save(
                    into / f"{template}.png", optimize=True)
        print(f"{template}: {(into / f'{template}.png').stat().st_size // 1000} kB, {clipped[1] or 'nothing clipped'}")


if __name__ == "__main__":
    main()
