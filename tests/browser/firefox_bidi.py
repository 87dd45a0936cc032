#!/usr/bin/env python3
"""Starts Firefox for playwright and relays its WebDriver BiDi connection; commands that this Firefox does not have succeed without effect.

playwright sets media features in every new context; Debian's Firefox (153) does not have that command, and everything else works.
"""

import asyncio
import json
import os
import re
import sys

import websockets

MISSING = {"emulation.setMediaFeaturesOverride"}


async def _relay(client, address):
    """Pass messages in both directions until one side closes."""
    async with websockets.connect(address + client.request.path, max_size=None) as browser:

        async def commands():
            async for text in client:
                command = json.loads(text)
                if command.get("method") in MISSING:
                    await client.send(json.dumps({"type": "success", "id": command["id"], "result": {}}))
                else:
                    await browser.send(text)
            await browser.close()

        async def events():
            async for text in browser:
                await client.send(text)
            await client.close()

        await asyncio.gather(commands(), events(), return_exceptions=True)


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
