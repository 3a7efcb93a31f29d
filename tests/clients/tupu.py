"""A client of Tupu written for these tests from the wire facts alone (`wire/tupu.md` §1-§4): every operation, every body
form, every answer and callback verified over the exact inner text."""

import base64, http.server, io, json, os, queue, random, sys, threading, time, urllib.parse, urllib.request

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

way, address, fixtures, credentials = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
admin = sys.argv[5]
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({"http": "http://" + address} if way == "proxy" else {})
)
plain = urllib.request.build_opener(urllib.request.ProxyHandler({}))
host = "api.open.tuputech.com" if way == "proxy" else address
sid = credentials["secret_id"]
private = serialization.load_pem_private_key(credentials["private_key_pem"].encode(), None)
provider = serialization.load_pem_public_key(credentials["provider_public_key_pem"].encode())
PORN, ADS, VIOLENCE, TEXT = (
    "54bcfc6c329af61034f7c2fc", "56a8645b0c800bff40990cf1", "5e1d70adeec2874f7318dc52", "57c4036c557603652aeeb222",
)
VULGAR, SPEECH_TEXT = "5c8213b9bc807806aab0a574", "5caee6b2a76925c55a09a6d2"


def same(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


def kit(name):
    return open(os.path.join(fixtures, "kit", name), "rb").read()


def kit_url(name):
    return f"http://{address}/_kit/{name}"


def proof(timestamp=None, nonce=None, key=private, secret=sid):
    """Clients write both as numbers or texts, in seconds or milliseconds: each time another way."""
    now = time.time()
    timestamp = timestamp if timestamp is not None else random.choice([now, int(now), int(now * 1000), str(int(now))])
    nonce = nonce if nonce is not None else random.choice([random.random(), 5e-05, str(random.random()), random.getrandbits(32)])
    text = ",".join([secret, json.dumps(timestamp).strip('"'), json.dumps(nonce).strip('"')])
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {"timestamp": timestamp, "nonce": nonce, "signature": base64.b64encode(signature).decode()}


def opened(body):
    """The inner object of an envelope whose signature is right over the exact inner text."""
    outer = json.loads(body)
    same(sorted(outer), ["json", "signature"])
    assert outer["json"].isascii() and "\n" not in outer["json"], outer["json"]
    provider.verify(base64.b64decode(outer["signature"]), outer["json"].encode(), padding.PKCS1v15(), hashes.SHA256())
    # Read byte for character, as one client does, it must verify just as well.
    same(json.loads(body.decode("latin-1"))["json"], outer["json"])
    inner = json.loads(outer["json"])
    assert isinstance(inner["nonce"], str) and isinstance(inner["message"], str)
    assert isinstance(inner["code"], int) and isinstance(inner["timestamp"], int)
    return inner


def send(path, body, headers, secret=sid):
    request = urllib.request.Request(f"http://{host}{path}{secret}", data=body, headers=headers, method="POST")
    try:
        answer = opener.open(request)
    except urllib.error.HTTPError as refused:
        answer = refused
    return opened(answer.read())


def by_json(path, fields, auth=None, secret=sid):
    body = json.dumps({**(auth or proof()), **fields}).encode()
    return send(path, body, {"Content-Type": "application/json"}, secret)


def by_form(path, fields, auth=None):
    pairs = [(name, str(value)) for name, value in (auth or proof(str(int(time.time())), "17")).items()]
    body = urllib.parse.urlencode(pairs + fields).encode()
    return send(path, body, {"Content-Type": "application/x-www-form-urlencoded"})


def by_multipart(path, parts, extra_headers=None, auth=None, java=False):
    mark = "----%032x" % random.getrandbits(128)
    auth = auth if auth is not None else proof(str(int(time.time() * 1000)), str(random.random()))
    space = "" if java else " "
    out = io.BytesIO()
    fields = [(name, None, str(value).encode()) for name, value in auth.items()] + parts
    random.shuffle(fields) if not java else None
    for name, file_name, content in fields:
        out.write(f'--{mark}\r\nContent-Disposition:{space}form-data; name="{name}"'.encode())
        if file_name is not None:
            kind = "multipart/form-data" if java else "application/*"
            out.write(f'; filename="{file_name}"\r\nContent-Type:{space}{kind}'.encode())
        out.write(b"\r\n\r\n" + content + b"\r\n")
    out.write(f"--{mark}--\r\n".encode())
    headers = {"Content-Type": f"multipart/form-data;{space}boundary={mark}", **(extra_headers or {})}
    return send(path, out.getvalue(), headers)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    reports = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reports.put((self.path, self.headers["Content-Type"], opened(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
callback = f"http://127.0.0.1:{receiver.server_port}"


def advance(span):
    body = json.dumps({"by": span}).encode()
    plain.open(urllib.request.Request(f"http://{admin}/_understudy/clock/advance", data=body, method="POST")).read()


def report(path):
    found, kind, inner = Receiver.reports.get(timeout=20)
    same((found, kind), (path, "application/json"))
    return inner


def image(inner, task=PORN, nth=0):
    same(inner["code"], 0)
    return inner[task]["fileList"][nth]


plain.open(urllib.request.Request(f"http://{admin}/_understudy/reset", data=b"{}", method="POST")).read()
R = "/v3/recognition/"
marked = base64.b64encode(kit("porn-0.png")).decode()

# 1: pictures, at once, in every body form.
same(image(by_json(R, {"image": kit_url("porn-0.png"), "task": PORN}))["label"], 0)
two = by_json(R, {"image": [kit_url("porn-1.png"), kit_url("porn-2.png")], "tag": ["a"], "task": [PORN, ADS]})
same([(file["label"], file["tag"], file["name"]) for file in two[PORN]["fileList"]],
     [(1, "a", kit_url("porn-1.png")), (2, "a", kit_url("porn-2.png"))])
same(two[PORN]["statistic"], [0, 1, 1])
files = [("image", "/data/in/照片.png", kit("porn-0.png")), ("tag", None, b"room"), ("secretId", None, sid.encode()),
         ("time", None, b"18446744073709551615"), ("image", "b.png", kit("ads-1.png"))]
for java in [False, True]:
    inner = by_multipart(R, files, java=java)
    same(sorted(inner[PORN]["fileList"][0]), sorted(inner[PORN]["fileList"][1]))
    labels = {file["name"]: file["label"] for file in inner[PORN]["fileList"]}
    same(labels, {"照片.png": 0, "b.png": 2})
    same({file["name"]: file["label"] for file in inner[ADS]["fileList"]}["b.png"], 1)
same(image(by_form(R, [("image", kit_url("violence-10.png")), ("task", VIOLENCE)]), VIOLENCE)["label"], 10)
same(image(send("//v3//recognition/", json.dumps({**proof(), "image": kit_url("porn-0.png"), "task": PORN}).encode(),
                {"Content-Type": "application/json"}))["label"], 0)

# 2: pictures in base64.
inner = by_json(R + "image/sync/base64/", {"images": [marked, marked], "tags": ["x", "y"], "tasks": [PORN]})
same([file["tag"] for file in inner[PORN]["fileList"]], ["x", "y"])

# 3, 4: pictures, later.
for path, fields in [("image/async/", {"image": [kit_url("porn-1.png")], "task": [PORN]}),
                     ("image/async/base64/", {"images": [marked], "tasks": [PORN]})]:
    id = by_json(R + path, {**fields, "callbackUrl": callback + "/image"})["requestId"]
    same(len(id), 36)
    same(by_json(R + "image/async/result/", {"requestId": id})["status"], "running")
    advance("2s")
    inner = report("/image")
    same((inner["requestId"], inner["code"], len(inner[PORN]["fileList"])), (id, 0, 1))
    same(image(by_json(R + "image/async/result/", {"requestId": id}))["label"], image(inner)["label"])

# 5: texts, at once.
texts = [{"content": "今天天气很好，我们去公园散步吧。", "contentId": "c1", "userId": "test", "forumId": "car"},
         {"content": "请加微信号领取优惠券"}, {"content": "hello [understudy:Politics/review]"}]
inner = by_json(R + "text/", {"text": texts})
said = inner[TEXT]["texts"]
same([(one["label"], one["action"]) for one in said], [("Normal", "pass"), ("ADs", "block"), ("Politics", "review")])
same((said[0]["contentId"], said[0]["content"], said[0]["details"]), ("c1", texts[0]["content"], []))
same(said[1]["details"][0]["mainLabel"], "ADs")

# 6: a long text, later.
long = {"content": "平安" * 5000 + "傻逼", "contentId": "long", "callbackUrl": callback + "/text", "userId": "u"}
id = by_json(R + "text/async/", long)["requestId"]
advance("2s")
inner = report("/text")
same((inner["requestId"], inner[TEXT]["texts"][0]["label"], inner[TEXT]["texts"][0]["contentId"]), (id, "Abuse", "long"))

# 7: videos, at once: as a pack of frames, and by URL in a form.
inner = by_multipart(R + "video/syncscan/", [("video", "frames.zip", kit("frames.zip")), ("task", None, PORN.encode()),
                                             ("interval", None, b"1"), ("maxFrames", None, b"200")])
same([(file["label"], file["offset"]) for file in inner[PORN]["fileList"]], [(0, 0.0), (1, 1.0), (2, 2.0)])
inner = by_multipart(R + "video/syncscan/", [("video", None, kit_url("frames.zip").encode()), ("task", None, PORN.encode())])
same(len(inner[PORN]["fileList"]), 3)

# 8, 11, 12: a video, later.
video = {"video": kit_url("frames.zip"), "callbackUrl": callback + "/video", "customInfo": {"room": 7}, "task": [PORN, ADS]}
id = by_json(R + "video/asyncscan/", video)["videoId"]
same(by_json(R + "video/rate/", {})["concurrency"], 1)
advance("2s")
inner = report("/video")
same((inner["videoId"], inner["customInfo"], inner[ADS]), (id, {"room": 7}, {}))
same([file["label"] for file in inner[PORN]["fileList"]], [0, 1])
inner = by_json(R + "video/result/", {"videoId": id})
same((len(inner[PORN]["fileList"]), inner["status"]), (3, "finished"))
rules = {**video, "callbackRules": {PORN: [{"label": 2}]}}
by_json(R + "video/asyncscan/", rules)
advance("2s")
same([file["label"] for file in report("/video")[PORN]["fileList"]], [2])

# 9, 10: a live video.
stream = {"video": "rtmp://127.0.0.1/room?understudy:porn/0", "callbackUrl": callback + "/live", "fragmentTime": 10, "task": [PORN]}
id = by_json(R + "video/stream/", stream)["videoId"]
for _ in range(3):
    advance("10s")
    inner = report("/live")
    same((inner["videoId"], image(inner)["label"]), (id, 0))
same(by_json(R + "video/close/", {"videoId": id})["code"], 0)
same(by_json(R + "video/close/", {"videoId": id}, secret=sid)["code"], 0)
advance("1m")
assert Receiver.reports.empty(), "a closed stream reports no more"
same(by_json(R + "video/result/", {"videoId": id})["status"], "closed")

# 13: speech, at once, as files and by URL.
inner = by_multipart(R + "speech/", [("speech", "a.wav", kit("vulgar-vulgar.wav")), ("speech", "b.wav", kit("vulgar-normal.wav"))], java=True)
same([(one["name"], one["label"]) for one in inner[VULGAR]["speechs"]], [("a.wav", 1), ("b.wav", 0)])
same(inner[VULGAR]["speechs"][1]["details"], [])
inner = by_form(R + "speech/", [("speech", kit_url("speech-text-Porn.wav")), ("task", SPEECH_TEXT)])
same(inner[SPEECH_TEXT]["fileList"][0]["result"]["label"], "Porn")

# 14, 15, 16: a recording.
recording = {"url": kit_url("vulgar-vulgar.wav"), "callbackUrl": callback + "/recording", "callbackRule": "all", "roomId": "111111",
             "userId": "23231", "forumId": "321313", "customInfo": {"a": 1}}
id = by_json(R + "speech/recording/async/", {"recording": recording, "tasks": [VULGAR]})["result"]["requestId"]
same(by_json(R + "speech/recording/async/rate/", {})["concurrency"], 1)
advance("2s")
inner = report("/recording")
same((inner["requestId"], inner["roomId"], inner["customInfo"]), (id, "111111", {"a": 1}))
same(inner[VULGAR]["violations"][0]["label"], 1)
same(by_json(R + "speech/recording/result/", {"requestId": id})[VULGAR], inner[VULGAR])

# 17, 18, 19: live speech.
speech = [{"url": "rtmp://pili/room?understudy:vulgar", "callback": callback + "/speech", "roomId": "1", "callbackRules": 1}]
id = by_json(R + "speech/stream/", {"speechStream": speech, "tasks": [VULGAR]})["result"][0]["requestId"]
same(len(id), 24)
same(by_json(R + "speech/stream/", {"speechStream": speech, "tasks": [VULGAR]})["code"], 21)
advance("1m")
same(report("/speech")["requestId"], id)
same(by_json(R + "speech/stream/search/", {"requestId": id})["status"], "running")
same(by_json(R + "speech/stream/close/", {"speechStream": [{"requestId": id}]})["code"], 0)
same(by_json(R + "speech/stream/search/", {"requestId": id})["status"], "closed")

# 20: a face, a name and a number.
photo = base64.b64encode(open(os.path.join(fixtures, "photos/astronaut.jpg"), "rb").read()).decode()
person = {"image": photo, "imageType": "base64", "name": "张三", "idNo": "11010519491231002X"}
inner = by_json(R + "face/verify/", person)
same((inner["label"], "featureId" in inner), (0, True))
same(by_json(R + "face/verify/", {**person, "idNo": "110105194912310021"})["label"], 4)

# 21: feedback; the proof is in header fields.
auth = {name: str(value) for name, value in proof(str(int(time.time())), "0.5").items()}
same(by_multipart("/v1/feedback/image/file/", [("image", "a.png", kit("porn-0.png")), ("taskId", None, PORN.encode()),
                                               ("label", None, b"0")], extra_headers=auth, auth={})["code"], 0)
for path, fields in [("image/url/", {"taskId": PORN, "fileList": [{"imageUrl": kit_url("porn-0.png"), "label": 0}]}),
                     ("text/string/", {"taskId": TEXT, "texts": [{"content": "x", "mainLabel": "Porn", "level": "danger"}]})]:
    body = json.dumps(fields).encode()
    same(send("/v1/feedback/" + path, body, {"Content-Type": "application/json", **auth})["code"], 0)

# 22: the past.
inner = by_json("/v3/management/history/text/", {"page": 1, "limit": 2, "labels": ["ADs"]})
same((inner["total"], inner["hasNext"], inner["data"][0]["label"]), (1, False, "ADs"))
same(by_json("/v3/management/history/speech-fragment/", {"requestId": "none"})["total"], 0)

# Refusals, each in a signed envelope.
other = serialization.load_pem_private_key(open(os.path.join(fixtures, "tupu/provider_private_key.pem"), "rb").read(), None)
ok = {"image": kit_url("porn-0.png"), "task": PORN}
for code, answer in {
    1: by_json(R, ok, proof(key=other)),
    3: by_json(R, {"task": PORN}),
    5: by_json("/v2/pipe/", ok),
    6: by_json(R, ok, secret="0" * 24),
    7: by_json(R, {**ok, "task": "0" * 24}),
    12: by_json(R, ok, proof(int(time.time()) - 3600)),
    14: by_json(R, {**ok, "image": kit_url("nothing.png")}),
    15: send(R, b'{{}, "nonce":1}', {"Content-Type": "application/json"}),
    16: by_json(R + "video/result/", {"videoId": "0" * 24}),
    19: by_json(R, {**ok, "image": [kit_url("porn-0.png")] * 11}),
    22: by_json(R + "speech/recording/result/", {"requestId": "0" * 24}),
}.items():
    same(answer["code"], code)
same(by_json(R, ok)["code"], 0)
print("all good")
