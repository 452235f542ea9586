"""Which extra of the package brings a module that is not installed here."""

MODULES = {
    "starlette": "web",
    "uvicorn": "web",
    "websockets": "web",
    "python_multipart": "web",
    "telegram": "telegram",
    "discord": "discord",
    "ai_edge_litert": "worker",
    "av": "worker",
    "cv2": "worker",
    "dicebear": "worker",
    "numpy": "worker",
    "onnxruntime": "worker",
    "bidi": "worker",
    "manimgx_fonts": "worker",
    "manimgx_fonts_cjk": "worker",
    "pillow_heif": "worker",
    "pypinyin": "worker",
    "thorvg_python": "worker",
    "uharfbuzz": "worker",
    "c2pa": "c2pa",
    "simpy": "evaluate",
}


def advice(missing: ModuleNotFoundError) -> str | None:
    """Return what to do about a module that was not found, None if no extra brings it."""
    extra = MODULES.get((missing.name or "").partition(".")[0])
    if extra is None:
        return None
    return f"{missing.name} is not installed: pip install 'selfmoji[{extra}]', or [all] for all"
