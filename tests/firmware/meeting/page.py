"""A meeting's page on the loopback: two ends of a call in one page, which tells what it sees.

`localhost` is a secure context (W3C Secure Contexts, 3.1), so cameras work there without TLS.
"""

from __future__ import annotations

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALL = """<!doctype html><meta charset="utf-8"><title>meeting</title>
<video id="far" autoplay muted></video>
<script>
const tell = (what) => fetch("/told", {method: "POST", body: JSON.stringify(what)});
async function call() {
  const stream = await navigator.mediaDevices.getUserMedia({video: true, audio: true});
  const near = new RTCPeerConnection(), other = new RTCPeerConnection();
  near.onicecandidate = (e) => e.candidate && other.addIceCandidate(e.candidate);
  other.onicecandidate = (e) => e.candidate && near.addIceCandidate(e.candidate);
  other.ontrack = (e) => { far.srcObject = e.streams[0]; };
  stream.getTracks().forEach((track) => near.addTrack(track, stream));
  await near.setLocalDescription(await near.createOffer());
  await other.setRemoteDescription(near.localDescription);
  await other.setLocalDescription(await other.createAnswer());
  await near.setRemoteDescription(other.localDescription);
  setInterval(async () => {
    const found = {};
    (await other.getStats()).forEach((each) => {
      if (each.type === "inbound-rtp" && each.kind === "video") found.frames = each.framesDecoded;
      if (each.type === "inbound-rtp" && each.kind === "audio") found.sound = each.packetsReceived;
    });
    tell(found);
  }, 300);
}
call().catch((error) => tell({refused: error.name}));
</script>
"""
GOES_ELSEWHERE = """<!doctype html><title>goes</title><script>
const tell = (what) => fetch("/told", {method: "POST", body: JSON.stringify(what)});
tell({begun: true}).then(() => {
  const frame = document.createElement("iframe");
  frame.src = "ELSEWHERE/frame";
  frame.onload = () => { location.href = "ELSEWHERE/top"; };
  document.body.append(frame);
  open("ELSEWHERE/window");
  setTimeout(() => { location.href = "file:///etc/passwd"; }, 300);
  setTimeout(() => { tell({still: location.href}); }, 1200);
});
</script><body></body>
"""


class Page:
    """Serves one page, and hears what it tells and which paths were asked for."""

    def __init__(self, body: str) -> None:
        self.told: queue.Queue[dict[str, Any]] = queue.Queue()
        self.asked: list[str] = []
        page = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.asked.append(self.path)
                self._answer(200, body.encode())

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                page.told.put(json.loads(raw))
                self._answer(204, b"")

            def _answer(self, status: int, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing into the test's output."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"http://localhost:{self._server.server_port}"

    def hear(self, key: str, patience: float = 30.0) -> Any:
        """The next thing told under that name; raises queue.Empty."""
        while True:
            told = self.told.get(timeout=patience)
            if key in told:
                return told[key]
            if "refused" in told:
                raise AssertionError(f"expected {key}, the page says {told}")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
