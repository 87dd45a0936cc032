#!/usr/bin/env python3
"""Starts Firefox for playwright and relays its WebDriver BiDi connection, with what this Firefox or playwright leaves out.

Debian's Firefox (153) has no command for media features, and playwright sends only one of them and no touches. The relay does both: the first
through the settings that Firefox's own developer tools use, the second as WebDriver's actions. Orders of the tests arrive as an HTTP header that
is never sent on; see :func:`firefox.order`.
"""

import asyncio
import itertools
import json
import os
import re
import socket
import sys

import websockets

ORDER = "mmviz-order"
#: Firefox sends the second part of a message once the first is acknowledged, which Linux delays by 40 ms unless asked each time
QUICK = getattr(socket, "TCP_QUICKACK", None)
#: media features by their name in playwright, and the names and neutral values that a browsing context has for them
SETTINGS = {
    "media": ("mediumOverride", ""),
    "color_scheme": ("prefersColorSchemeOverride", "none"),
    "forced_colors": ("forcedColorsOverride", "none"),
    "reduced_motion": ("prefersReducedMotionOverride", "none"),
    "touch": ("touchEventsOverride", "none"),
    "contrast": ("contrast", "none"),
}
SET = """(context, settings) => {
  const { NavigableManager } = ChromeUtils.importESModule("chrome://remote/content/shared/NavigableManager.sys.mjs");
  const { contrast, ...own } = JSON.parse(settings);
  Object.assign(NavigableManager.getBrowsingContextById(context).top, own);
  // the wish for contrast is a setting of the whole browser: that of a theme whose colours a page need not take
  const { prefs } = Services, more = { "ui.useAccessibilityTheme": 1, "browser.display.document_color_use": 1 };
  for (const name in contrast === undefined ? {} : more) contrast === "more" ? prefs.setIntPref(name, more[name]) : prefs.clearUserPref(name);
}"""


class Relay:
    """One connection of playwright, one to Firefox."""

    def __init__(self, client, browser):
        self.client, self.browser = client, browser
        # playwright counts from 1
        self.numbers, self.waiting, self.chrome = itertools.count(10**9), {}, None

    async def request(self, method, **params):
        """Send a command of our own and return its result."""
        number = next(self.numbers)
        self.waiting[number] = asyncio.get_running_loop().create_future()
        await self.browser.send(json.dumps({"id": number, "method": method, "params": params}))
        reply = await self.waiting[number]
        if reply["type"] == "error":
            raise RuntimeError(reply["message"])
        return reply["result"]

    async def set_media(self, context, media):
        """Set media features of a page; None and playwright's words for it take the setting back."""
        if self.chrome is None:
            windows = await self.request("browsingContext.getTree", **{"moz:scope": "chrome"})
            self.chrome = windows["contexts"][0]["context"]
        settings = {}
        for feature, value in media.items():
            name, neutral = SETTINGS[feature]
            settings[name] = neutral if value in (None, "no-preference", "no-override", "screen") else value
        texts = [{"type": "string", "value": one} for one in (context, json.dumps(settings))]
        done = await self.request(
            "script.callFunction",
            functionDeclaration=SET,
            arguments=texts,
            awaitPromise=False,
            target={"context": self.chrome},
        )
        if done["type"] == "exception":
            raise RuntimeError(done["exceptionDetails"]["text"])

    async def touch(self, context, moments):
        """Put fingers on a page and move them; each moment is a list of points, one for each finger."""
        fingers, tick = [], {"type": "pause"}
        for k, places in enumerate(zip(*moments, strict=True)):
            start, *moves = ({"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0} for x, y in places)
            # one finger lands after another
            down = [tick] * k + [{"type": "pointerDown", "button": 0}] + [tick] * (len(moments[0]) - 1 - k)
            steps = [start, *down, *moves, {"type": "pointerUp", "button": 0}]
            touch = {"pointerType": "touch"}
            fingers.append({"type": "pointer", "id": f"finger {k}", "parameters": touch, "actions": steps})
        await self.request("input.performActions", context=context, actions=fingers)

    async def take(self, command):
        """Carry out a command that Firefox does not get; return False for one that it does."""
        method, params = command.get("method"), command.get("params", {})
        if method == "emulation.setMediaFeaturesOverride":
            scheme = params["features"].get("prefers-color-scheme")
            # a context without a page has no setting; each page gets its own
            for context in params.get("contexts", ())[:1]:
                await self.set_media(context, {"color_scheme": scheme})
        elif method == "network.setExtraHeaders":
            headers = {one["name"].lower(): one["value"]["value"] for one in params["headers"]}
            if ORDER not in headers:
                return False
            order = json.loads(headers[ORDER])
            await getattr(self, order["do"])(params["contexts"][0], order["with"])
        else:
            return False
        return True

    async def reply(self, command, text):
        """Pass a command on, or carry it out and reply to it."""
        try:
            if not await self.take(command):
                await self.browser.send(text)
                return
            done = {"type": "success", "result": {}}
        except (RuntimeError, KeyError, ValueError) as failed:
            done = {"type": "error", "error": "unknown error", "message": f"{type(failed).__name__}: {failed}"}
        await self.client.send(json.dumps({"id": command["id"], **done}))

    async def commands(self):
        async for text in self.client:
            await self.reply(json.loads(text), text)
        await self.browser.close()

    async def events(self):
        socket_of = self.browser.transport.get_extra_info("socket")
        async for text in self.browser:
            if QUICK is not None:
                socket_of.setsockopt(socket.IPPROTO_TCP, QUICK, 1)
            said = json.loads(text)
            if said.get("id") in self.waiting:
                self.waiting.pop(said["id"]).set_result(said)
                continue
            if said.get("method", "").startswith("browsingContext.download"):
                # playwright knows a download by this; Firefox leaves it out where no navigation began it
                said["params"].setdefault("download", said["params"]["url"])
                text = json.dumps(said)
            await self.client.send(text)
        await self.client.close()


async def _relay(client, address):
    """Pass messages in both directions until one side closes."""
    async with websockets.connect(address + client.request.path, max_size=None) as browser:
        relay = Relay(client, browser)
        await asyncio.gather(relay.commands(), relay.events(), return_exceptions=True)


async def main(program, options):
    """Run Firefox until it ends; print the address of the relay as Firefox prints its own."""
    options = ["--remote-debugging-port=0" if one.startswith("--remote-debugging-port") else one for one in options]
    firefox = await asyncio.create_subprocess_exec(program, *options, stderr=asyncio.subprocess.PIPE)
    address = None
    while address is None:
        line = await firefox.stderr.readline()
        if not line:
            sys.exit(f"{program} ended before it offered WebDriver BiDi")
        found = re.search(rb"WebDriver BiDi listening on (ws://\S+)", line)
        address = found and found[1].decode().rstrip("/")
    async with websockets.serve(lambda client: _relay(client, address), "127.0.0.1", 0, max_size=None) as relay:
        port = relay.sockets[0].getsockname()[1]
        sys.stderr.write(f"WebDriver BiDi listening on ws://127.0.0.1:{port}\n")
        sys.stderr.flush()
        while await firefox.stderr.read(65536):
            pass
        await firefox.wait()


if __name__ == "__main__":
    asyncio.run(main(os.environ["MMVIZ_FIREFOX_PROGRAM"], sys.argv[1:]))
