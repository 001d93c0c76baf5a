#!/usr/bin/python3
"""HTTPS reviews a second against a stub handler on the same server, in one run.

Starts plimsolld and the stub (the same objects, the handler replaced at link time), then measures both in turn with wrk over keep-alive TLS,
several rounds each, and prints the median ratio for 1, 8, 64 and 256 connections. usage: https_bench.py BUILD_DIR [SECONDS]
"""
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ROUNDS = 5


def start(binary, certs):
    proc = subprocess.Popen(
        [binary, "--listen", "127.0.0.1:0", "--cert", f"{certs}/server.crt", "--key", f"{certs}/server.key", "--use", "essentials",
         "--set", "approved_images=registry.example.com"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in proc.stderr:
        m = re.search(r"127\.0\.0\.1:(\d+)", line)
        if m:
            return proc, int(m.group(1))
    sys.exit(f"{binary} did not start")


def rate(port, script, connections, seconds):
    threads = "1" if connections == 1 else "2"
    out = subprocess.run(["wrk", "-t", threads, "-c", str(connections), "-d", f"{seconds}s", "-s", script,
                          f"https://127.0.0.1:{port}/v1/admit"], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"errors under load:\n{out}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))


def main():
    build, seconds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    work = tempfile.mkdtemp()
    subprocess.run(["sh", str(ROOT / "certs/gen-dev.sh"), work], check=True, stdout=subprocess.DEVNULL)
    body = subprocess.run([f"{build}/bench/decide_bench", "--print"], capture_output=True, check=True).stdout
    pathlib.Path(work, "review.json").write_bytes(body)
    script = pathlib.Path(work, "post.lua")
    script.write_text(f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                      f'local f = io.open("{work}/review.json", "rb")\nwrk.body = f:read("*a")\nf:close()\n')
    ours, our_port = start(f"{build}/plimsolld", work)
    stub, stub_port = start(f"{build}/bench/stubd", work)
    print(f"review of {len(body)} bytes, keep-alive TLS, wrk on the same machine, {ROUNDS} rounds of {seconds} s each in turn")
    print("connections  stub/s  plimsolld/s  ratio (least and most of the rounds)")
    try:
        for connections in (1, 8, 64, 256):
            a, b = [], []
            rate(our_port, script, connections, 1)
            for _ in range(ROUNDS):
                a.append(rate(stub_port, script, connections, seconds))
                b.append(rate(our_port, script, connections, seconds))
            ratios = sorted(y / x for x, y in zip(a, b))
            print(f"{connections:11d} {statistics.median(a):7.0f} {statistics.median(b):12.0f}   {statistics.median(ratios):.2f} "
                  f"({ratios[0]:.2f} - {ratios[-1]:.2f})")
    finally:
        for proc in (ours, stub):
            proc.terminate()
            proc.stderr.close()
            proc.wait(timeout=60)


if __name__ == "__main__":
    main()
