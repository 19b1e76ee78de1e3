"""One folder a screen: what it says (model, no Kivy), how it looks (kv), what it does (screen)."""
