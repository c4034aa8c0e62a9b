"""Gestures that Playwright has no word for: dropping files and folders from outside, and pasting."""

from base64 import b64encode
from pathlib import Path

from playwright.sync_api import JSHandle, Page

_CARRY = """({ name, type, content, text }) => {
    const transfer = new DataTransfer();
    if (text) transfer.setData(type, text);
    else transfer.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
    return transfer;
}"""
_PASTE = """({ carried, selector }) => document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }))"""
# Whether the element that has the focus shows it, and is not covered by anything else.
SEEN = """() => {
    const focused = document.activeElement;
    const { left, top, width, height } = focused.getBoundingClientRect();
    const under = document.elementFromPoint(left + width / 2, top + height / 2);
    return getComputedStyle(focused).outlineStyle !== "none" && (focused.contains(under) || under?.contains(focused));
}"""


def carry_file(page: Page, path: Path) -> JSHandle:
    content = b64encode(path.read_bytes()).decode()
    return page.evaluate_handle(_CARRY, {"name": path.name, "type": "image/png", "content": content})


def carry_text(page: Page, text: str, kind: str = "text/plain") -> JSHandle:
    return page.evaluate_handle(_CARRY, {"type": kind, "text": text})


def drag_over(page: Page, carried: JSHandle) -> None:
    page.dispatch_event("body", "dragover", {"dataTransfer": carried})


def drop(page: Page, carried: JSHandle, zone: str = "search") -> None:
    drag_over(page, carried)
    page.dispatch_event(f"[data-drop={zone}]", "drop", {"dataTransfer": carried})


def paste(page: Page, carried: JSHandle, selector: str = "body") -> None:
    page.evaluate(_PASTE, {"carried": carried, "selector": selector})


def drop_paths(page: Page, *paths: Path, zone: str = "add") -> None:
    """Drop what lies on the disk as a person would out of a window of files: folders stay folders."""
    devtools = page.context.new_cdp_session(page)
    carried = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    size = page.viewport_size or {"width": 0, "height": 0}
    places = {"search": size["width"] // 4, "add": size["width"] * 3 // 4}
    for step in ("dragEnter", "dragOver", "dragOver", "drop"):
        place = {"x": places[zone], "y": size["height"] // 2}
        devtools.send("Input.dispatchDragEvent", {"type": step, **place, "data": carried})
    devtools.detach()
