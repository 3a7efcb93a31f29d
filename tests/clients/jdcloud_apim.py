"""The client JD Cloud's documents prescribe, unmodified: cut-outs and the documented errors."""

import base64, io, json, os, sys

way, address, fixtures, credentials = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
host = address
if way == "proxy":
    host = "wko7luloi5tj.cn-north-1.jdcloud-api.net"
    os.environ["http_proxy"] = "http://" + address

import requests
from jdcloud_apim_sdk.core.config import Config
from jdcloud_apim_sdk.core.credential import Credential
from jdcloud_apim_sdk.core.logger import get_default_logger
from jdcloud_apim_sdk.simpleclient import SimpleClient
from jdcloud_apim_sdk.simplerequest import SimpleRequest


def client(ak=credentials["ak"], sk=credentials["sk"]):
    return SimpleClient(Config(host, "http", 60), Credential(ak, sk))


def cutout(body, with_client=None, path="/api/cutout"):
    headers = {"Content-Type": "application/octet-stream"}
    request = SimpleRequest(path, "POST", None, None, headers, body)
    return (with_client or client()).send(request)


def photo(name="photos/astronaut.jpg"):
    return open(os.path.join(fixtures, name), "rb")


def same(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


for path in ["/api/cutout", "/api/cutout/"]:
    answer = cutout(photo(), path=path).json()
    same(answer["code"], 10000)
    same(answer["result"]["status"], 0)
    png = requests.get(answer["result"]["cutout_image_url"], timeout=30)
    same(png.status_code, 200)
    same(png.content[:8], b"\x89PNG\r\n\x1a\n")

same(cutout(photo(), client(ak="NOBODY")).status_code, 401)
same(cutout(photo(), client(ak="NOBODY")).json()["error"]["status"], "UNAUTHENTICATED")
same(cutout(photo(), client(sk="wrong")).json()["error"]["status"], "UNAUTHENTICATED")
unsigned = SimpleClient(Config(host, "http", 60), None)
same(cutout(photo(), unsigned).json()["error"]["message"], "lack of header authorization[gw]")
same(cutout(photo("pictures/plain.png")).json()["result"]["status"], 12007)
large = io.BytesIO(photo().read().ljust(3 << 20, b"\0"))
same(cutout(large).json()["result"]["message"], "file too large")
same(cutout(io.BytesIO(b"")).json()["result"]["status"], 12001)

image = base64.b64encode(photo("pictures/portrait.png").read()).decode()
answer = client().send(SimpleRequest("/jdai/SelfieSeg", "POST", {}, {"image": image}, {})).json()
same(answer["code"], "10000")
same(answer["result"]["status"], 1000)
assert answer["result"]["image"].startswith("iVBORw0KGgo")

from urllib3 import encode_multipart_formdata

import composing

composing_client = client()
if way == "proxy":
    composing_client = SimpleClient(
        Config("wkq5y1h4uomy.cn-north-1.jdcloud-api.net", "http", 60), Credential(credentials["ak"], credentials["sk"])
    )


def post(path, fields, pictures):
    body, kind = composing.form(encode_multipart_formdata, fields, pictures)
    return composing_client.send(SimpleRequest(path, "POST", None, None, {"Content-Type": kind}, body)).json()


def get(path, query):
    return composing_client.send(SimpleRequest(path, "GET", query, "", {})).json()


composing.check(post, get, lambda url: requests.get(url, timeout=30).content, fixtures)
print("all good")
