"""Makes what scikit-learn says of classes: precision, recall and F1 of each, their means, the confusion matrix, top-k accuracy.

Set-up:  python3 -m venv venv && venv/bin/pip install numpy scikit-learn safetensors
Run:     venv/bin/python Tests/Fixtures/make_class_fixtures.py

classes.safetensors holds under CASE/: outputs (logits as bytes), labels, confusion, precision, recall, f1, samples (of each class), macro (precision,
recall, F1 over the classes that are a label or were predicted), top2. Of case "gaps" class 3 is never predicted, class 5 is no label, class 6
is neither; case "many" has 100 classes and no matrix.
"""
import os, warnings
import numpy as np
from safetensors.numpy import save_file
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

warnings.filterwarnings("ignore")
random = np.random.default_rng(21)


def case(count, classes, noise, never=(), absent=()):
    allowed = [c for c in range(classes) if c not in absent]
    labels = random.choice(allowed, count)
    outputs = random.normal(size=(count, classes)) * noise
    outputs[np.arange(count), labels] += 1
    for c in never:
        outputs[:, c] = -9
    return np.clip(np.round(outputs * 24) + 128, 0, 255).astype(np.uint8), labels.astype(np.int32)


results = {}
cases = {
    "gaps": case(64, 7, 0.9, never=(3, 6), absent=(5, 6)),
    "perfect": case(12, 3, 0.0),
    "many": case(200, 100, 0.35),
}
for name, (outputs, labels) in cases.items():
    classes = outputs.shape[1]
    found = outputs.argmax(axis=1)
    everyone = list(range(classes))
    precision, recall, f1, samples = precision_recall_fscore_support(labels, found, labels=everyone, zero_division=0)
    macro = precision_recall_fscore_support(labels, found, average="macro", zero_division=0)[:3]
    top2 = np.mean([label in np.argsort(-row.astype(int), kind="stable")[:2] for row, label in zip(outputs, labels)])
    values = {
        "outputs": outputs, "labels": labels, "precision": precision, "recall": recall, "f1": f1, "samples": samples.astype(np.int32),
        "macro": np.array(macro), "top2": np.array([top2]), "confusion": confusion_matrix(labels, found, labels=everyone).astype(np.uint8),
    }
    if classes > 10:
        del values["confusion"]
    for key, value in values.items():
        results[f"{name}/{key}"] = np.ascontiguousarray(value)
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "classes.safetensors")
save_file(results, path)
os.chmod(path, 0o644)
