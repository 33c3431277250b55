"""Whoever looks at a proxy: a scrape of the metrics each second, 50 requests of the API a second, and open pages that follow the events and ask for streams and plots as the page does.

    look.py HOST:PORT STREAM PAGES
"""
import asyncio
import sys

PAGE_SECONDS = 2
API_PER_SECOND = 50
CONNECTIONS = 5

host, port = sys.argv[1].split(":")
stream = sys.argv[2]
pages = int(sys.argv[3])


class Client:
    """One connection that is kept."""

    def __init__(self):
        self.reader = self.writer = None

    async def get(self, path, headers=""):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(host, int(port))
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{headers}\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        if b"content-length:" in head:
            await self.reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            return
        while True:
            size = int(await self.reader.readline(), 16)
            await self.reader.readexactly(size + 2)
            if size == 0:
                return


async def every(seconds, path, headers=""):
    client = Client()
    while True:
        began = asyncio.get_running_loop().time()
        await client.get(path, headers)
        await asyncio.sleep(max(0, began + seconds - asyncio.get_running_loop().time()))


async def follow():
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /api/v1/events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    while await reader.read(65536):
        pass


async def main():
    work = [every(1, "/metrics")]
    work += [every(CONNECTIONS / API_PER_SECOND, f"/api/v1/streams/{stream}") for _ in range(CONNECTIONS)]
    for _ in range(pages):
        work += [follow(), every(PAGE_SECONDS, "/api/v1/streams"), every(PAGE_SECONDS, "/api/v1/stats?window=5m", "Accept-Encoding: gzip\r\n")]
    await asyncio.gather(*work)


asyncio.run(main())
