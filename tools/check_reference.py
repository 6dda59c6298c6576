"""Loads checkpoints that Tare saved into transformers and PEFT, and compares what they compute.

    deno run -A tools/write_checkpoints.ts FOLDER
    python tools/check_reference.py FOLDER

Prints a Markdown table; exits with 1 if a difference is above 1e-4.
"""

import json
import pathlib
import sys

import peft
import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

LIMIT = 1e-4


def compute(folder: pathlib.Path) -> torch.Tensor:
    """Logits of all tokens, or scores of all tokens for a classifier."""
    settings = {"attn_implementation": "eager", "dtype": torch.float32, "output_loading_info": True}
    scores = "SequenceClassification" in json.loads((folder / "config.json").read_text())["architectures"][0]
    cls = AutoModelForSequenceClassification if scores else AutoModelForCausalLM
    model, info = cls.from_pretrained(folder, **settings)
    wrong = {name: found for name, found in info.items() if found}
    if wrong:
        raise SystemExit(f"{folder}: transformers does not load it cleanly: {wrong}")
    if (folder / "adapter").exists():
        model = peft.PeftModel.from_pretrained(model, folder / "adapter")
    model.eval()
    rows = []
    for one in json.loads((folder / "sequences.json").read_text()):
        tokens = torch.tensor([one])
        if scores:  # a classifier scores the last token of what it is given
            rows += [model(input_ids=tokens[:, : end + 1]).logits.reshape(1) for end in range(len(one))]
        else:
            rows.append(model(input_ids=tokens).logits[0])
    return torch.cat(rows).detach()


def main() -> None:
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    print(f"transformers {transformers.__version__}, peft {peft.__version__}, torch {torch.__version__}\n")
    print("| saved by us | files | largest difference | largest value |\n| --- | ---: | ---: | ---: |")
    worst = 0.0
    folders = sorted(path.parent for path in pathlib.Path(sys.argv[1]).glob("*/ours.safetensors"))
    if not folders:
        raise SystemExit(f"No checkpoints in {sys.argv[1]}: write them with tools/write_checkpoints.ts")
    for folder in folders:
        ours = load_file(folder / "ours.safetensors")["ours"]
        with torch.no_grad():
            theirs = compute(folder)
        off = (ours - theirs).abs().max().item()
        worst = max(worst, off) if off == off else float("inf")
        files = len(list(folder.glob("model*.safetensors")))
        print(f"| {folder.name} | {files} | {off:.1e} | {theirs.abs().max().item():.1f} |")
    if worst > LIMIT:
        raise SystemExit(f"The largest difference is {worst:.1e}, more than {LIMIT:.0e}")


if __name__ == "__main__":
    main()
