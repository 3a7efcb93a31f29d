"""The client of JD's older gateway, unmodified: app key, timestamp and sign on the URL."""

import base64, hashlib, json, os, sys, tempfile, time

way, address, fixtures, credentials = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
host = address
if way == "proxy":
    host = "aiapi.jd.com"
    os.environ["http_proxy"] = "http://" + address

from wx_sdk.wx_sdk import wx_post_req


def params(appkey=credentials["appkey"], secret=credentials["secret"]):
    timestamp = str(int(time.time() * 1000))
    sign = hashlib.md5((secret + timestamp).encode()).hexdigest()
    return {"appkey": appkey, "timestamp": timestamp, "sign": sign}


def cutout(file, with_params=None):
    path = os.path.join(fixtures, file)
    return wx_post_req(f"http://{host}/api/cutout", with_params or params(), img=path).json()


def same(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


answer = cutout("photos/astronaut.jpg")
same(answer["code"], 10000)
assert answer["result"]["cutout_image_url"].endswith(".png")
same(cutout("photos/astronaut.jpg", params(appkey="nobody"))["code"], 10001)
same(cutout("photos/astronaut.jpg", params(secret="wrong"))["code"], 10047)
same(cutout("pictures/plain.png")["result"]["status"], 12007)
with tempfile.NamedTemporaryFile(suffix=".jpg") as large:
    large.write(open(os.path.join(fixtures, "photos/astronaut.jpg"), "rb").read().ljust(3 << 20, b"\0"))
    large.flush()
    same(cutout(large.name)["result"]["status"], 12009)

image = base64.b64encode(open(os.path.join(fixtures, "photos/astronaut.jpg"), "rb").read()).decode()
url = f"http://{host}/jdai/SelfieSeg"
answer = wx_post_req(url, params(), bodyStr=json.dumps({"image": image})).json()
same(answer["code"], "10000")
same(answer["result"]["status"], 1000)
same(base64.b64decode(answer["result"]["image"])[:4], b"\x89PNG")
same(wx_post_req(url, params(secret="wrong"), bodyStr="{}").json()["code"], "10047")
same(wx_post_req(url, params(), bodyStr="{").json()["result"]["status"], 1002)

import requests
from urllib3 import encode_multipart_formdata

import composing


def post(path, fields, pictures):
    # This client sends a file's bytes and no content type at all.
    body, _ = composing.form(encode_multipart_formdata, fields, pictures)
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        return wx_post_req(f"http://{host}{path}", params(), img=file.name).json()


def get(path, query):
    # It posts only; the list is asked for as its documents show for every other client.
    return requests.get(f"http://{host}{path}", params={**params(), **query}, timeout=30).json()


composing.check(post, get, lambda url: requests.get(url, timeout=30).content, fixtures)
print("all good")
