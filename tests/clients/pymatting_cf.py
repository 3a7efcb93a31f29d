"""The alpha of PICTURE for TRIMAP by pymatting's closed-form solver, written to OUT."""

import sys

import numpy as np
from PIL import Image
from pymatting import estimate_alpha_cf

picture, trimap, out = sys.argv[1:]
image = np.asarray(Image.open(picture).convert("RGB")) / 255.0
known = np.asarray(Image.open(trimap).convert("L")) / 255.0
# Sixteen bits, so that rounding is no part of the comparison.
alpha = np.clip(estimate_alpha_cf(image, known), 0, 1) * 65535
Image.fromarray(np.round(alpha).astype(np.uint16)).save(out)
print("all good")
