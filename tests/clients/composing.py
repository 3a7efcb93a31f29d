"""Composing through every generation of the documents, with whatever client posts a body."""

import json, os


def same(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


def form(encode, fields, pictures):
    """A multipart body: `encode` is urllib3's, the one the documents prescribe."""
    parts = [(name, value) for name, value in fields]
    parts += [("images", ("product.jpg", picture, "image/jpeg")) for picture in pictures]
    return encode(parts)


def size_of(jpeg):
    """Width and height, from the frame header."""
    at = 2
    while True:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2:at + 4], "big")
        if marker in (0xC0, 0xC1, 0xC2):
            return int.from_bytes(jpeg[at + 7:at + 9], "big"), int.from_bytes(jpeg[at + 5:at + 7], "big")
        at += 2 + length


def check(post, get, fetch, fixtures):
    """`post(path, fields, pictures)` and `get(path, query)` give JSON, `fetch(url)` bytes."""
    photo = open(os.path.join(fixtures, "photos/coffee.jpg"), "rb").read()
    texts, sizes = ["夏日焕新", "轻盈一夏", "¥199"], [{"width": 400, "height": 300}, {"width": 300, "height": 500}]

    def whole(answer):
        same((answer["code"], answer["result"]["status"], answer["result"]["message"]), (10000, 0, "OK"))
        return answer["result"]

    def is_picture(image):
        same(size_of(fetch(image["url"])), (image["size"]["width"], image["size"]["height"]))

    listed = get("/api/intel-templates", {"page": "1", "per_page": "100"})["data"]
    assert listed["total"] >= 24 and len(listed["templates"]) == listed["total"], listed["total"]
    template = listed["templates"][0]
    assert fetch(template["thumbnail"])[:2] == b"\xff\xd8"
    natural = (template["size"]["width"], template["size"]["height"])

    # The first generation: a part for each text.
    plain = [("service", "1"), ("template_id", template["id"])] + [("texts", text) for text in texts]
    first = whole(post("/api/compose/design", plain, [photo]))["image_url"]
    same(size_of(fetch(first)), natural)
    plain[0] = ("service", "2")
    [image] = whole(post("/api/compose/design", plain, [photo]))["images"]
    is_picture(image)

    # The second: texts and sizes as JSON, three templates where none is named.
    copy = ("texts", json.dumps(texts))
    answer = whole(post("/api/compose/design", [("service", "1"), ("template_id", template["id"]), copy], [photo]))
    same(answer["image_url"], first)
    wanted = ("sizes", json.dumps(sizes))
    flat = whole(post("/api/compose/design", [("service", "2"), ("template_id", template["id"]), copy, wanted], [photo]))["images"]
    same([image["size"] for image in flat], sizes)
    nested = whole(post("/api/compose/design", [("service", "2"), ("tag", "7"), copy, wanted], [photo]))["images"]
    same([[image["size"] for image in of_one] for of_one in nested], [sizes] * 3)

    # The third: a path for each service.
    same(whole(post("/api/compose-image", [("template_id", template["id"]), copy], [photo]))["image_url"], first)
    again = whole(post("/api/compose-image-intel", [("template_id", template["id"]), copy, wanted], [photo]))["images"]
    same(again, flat)
    for image in again:
        is_picture(image)
    auto = whole(post("/api/compose-image-intel", [wanted], []))["images"]
    same(len(auto), 3)

    for fields in ([], [("template_id", "nobody's")], [("template_id", template["id"]), ("texts", "[1")]):
        same(post("/api/compose-image", fields, [])["result"]["status"], 12001)
    png = open(os.path.join(fixtures, "pictures/plain.png"), "rb").read()
    same(post("/api/compose-image", [("template_id", template["id"])], [png])["result"]["status"], 12007)
