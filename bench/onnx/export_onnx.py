"""Writes gpt-5m as an ONNX model with a key-value cache, as @huggingface/transformers loads it.

    python export_onnx.py FOLDER

FOLDER holds model.safetensors and workload.json; gets config.json, generation_config.json and onnx/model.onnx.

Attention is GroupQueryAttention, ONNX Runtime's fused operator, as in the models that are published for transformers.js.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

folder = Path(sys.argv[1])
config = json.loads((folder / "workload.json").read_text())["config"]
weights = load_file(folder / "model.safetensors")
layers, heads, width = config["layers"], config["heads"], config["width"]
nodes, constants, inputs, outputs = [], [], [], []


def constant(name, value):
    constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
    return name


def node(operator, *args, out=None, outs=None, **attributes):
    names = outs or [out or f"{operator}_{len(nodes)}"]
    nodes.append(helper.make_node(operator, list(args), names, name=names[0], **attributes))
    return names[0]


def weight(*names):
    return np.concatenate([weights[name] for name in names])


def linear(x, *ats):
    w = constant(f"{ats[0]}.weight", weight(*(f"{at}.weight" for at in ats)).T)
    b = constant(f"{ats[0]}.bias", weight(*(f"{at}.bias" for at in ats)))
    return node("Add", node("MatMul", x, w), b)


def norm(x, at):
    scale, offset = (constant(f"{at}.{part}", weights[f"{at}.{part}"]) for part in ("weight", "bias"))
    return node("LayerNormalization", x, scale, offset, epsilon=config["normEps"])


def value(name, kind, *shape):
    return helper.make_tensor_value_info(name, kind, shape)


for name, length in (("input_ids", "sequence_length"), ("attention_mask", "total_sequence_length"), ("position_ids", "sequence_length")):
    inputs.append(value(name, TensorProto.INT64, "batch_size", length))
one, axis = constant("one", np.array([1], np.int64)), constant("axis", np.array(1, np.int64))
counts = node("ReduceSum", "attention_mask", one, keepdims=0)
last = node("Cast", node("Sub", counts, one), to=TensorProto.INT32)
total = node("Cast", node("Gather", node("Shape", "attention_mask"), axis), to=TensorProto.INT32)

rows = node("Gather", constant("embedding", weights["embedding"]), "input_ids")
x = node("Add", rows, node("Gather", constant("positions", weights["positions"]), "position_ids"))
for i in range(layers):
    at, cache = f"blocks.{i}", []
    for part in ("key", "value"):
        past, present = f"past_key_values.{i}.{part}", f"present.{i}.{part}"
        inputs.append(value(past, TensorProto.FLOAT, "batch_size", heads, "past_sequence_length", width // heads))
        outputs.append(value(present, TensorProto.FLOAT, "batch_size", heads, "total_sequence_length", width // heads))
        cache.append((past, present))
    qkv = linear(norm(x, f"{at}.attentionNorm"), *(f"{at}.{name}" for name in ("query", "key", "value")))
    mixed = node(
        "GroupQueryAttention", qkv, "", "", cache[0][0], cache[1][0], last, total,
        outs=[f"mixed.{i}", cache[0][1], cache[1][1]], domain="com.microsoft", num_heads=heads, kv_num_heads=heads,
    )
    x = node("Add", x, linear(mixed, f"{at}.output"))
    up = node("Gelu", linear(norm(x, f"{at}.mlpNorm"), f"{at}.up"), approximate="tanh")
    x = node("Add", x, linear(up, f"{at}.down"))
node("MatMul", norm(x, "norm"), constant("head", weights["embedding"].T), out="logits")
outputs.insert(0, value("logits", TensorProto.FLOAT, "batch_size", "sequence_length", config["vocabulary"]))

graph = helper.make_graph(nodes, "gpt-5m", inputs, outputs, constants)
model = helper.make_model(
    graph, opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)], ir_version=9
)
onnx.checker.check_model(model)
(folder / "onnx").mkdir(exist_ok=True)
onnx.save(model, folder / "onnx" / "model.onnx")
(folder / "config.json").write_text(json.dumps({
    "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": layers, "n_head": heads, "n_embd": width,
    "vocab_size": config["vocabulary"], "n_positions": config["positions"], "is_encoder_decoder": False,
}))
(folder / "generation_config.json").write_text("{}")
