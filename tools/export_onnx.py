"""Writes packages/transformers/fixtures: tiny models on ONNX Runtime, with what PyTorch makes of the same inputs.

Run from the repository's root, with torch 2.15.0, transformers 5.23.0, onnx 1.23.2, onnxscript 0.7.2 and onnxruntime 1.31.1
installed; the tests need none of them.

    python tools/export_onnx.py

`bert`, `roberta` and `llama` are sequence classifiers with random weights: an encoder with one label, also with quantized
weights, an encoder with two, and a decoder with one and a chat template. `gpt2` is a language model with a key-value cache that has learned four
conversations by heart; its graph is written here, for attention is GroupQueryAttention, ONNX Runtime's fused operator, as in
models that are published for @huggingface/transformers.
"""
import json
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, PreTrainedTokenizerFast

FOLDER = Path("packages/transformers/fixtures")
SIZES = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=64)
ROWS = [
    ("How do I clean the sink?", "Rinse the sink with warm water."),
    ("How do I clean the sink?", "No."),
    ("the cat sat on the mat", "and then the cat ran to the hat, and the mat, and the sink, and then the cat sat"),
    ("Is it good?", ""),
    ("", "It is good."),
]
LONG = ("the cat sat on the mat and " * 12, "then the cat ran to the hat")
CONVERSATIONS = [
    ("You judge.", "Which is better, A or B?", "A is better."),
    ("You judge.", "Which is better, B or A?", "B is better."),
    (None, "How do I clean the sink?", "Rinse the sink with warm water, and then the mat, and then the hat."),
    (None, "the cat sat", "on the mat."),
]
CORPUS = [text for row in [*ROWS, *CONVERSATIONS] for text in row if text] * 4
TURNS = (
    "{{ bos_token }}{% for message in messages %}[{{ message.role }}] {{ message.content }}"
    "{{ eos_token if message.role == 'assistant' else '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)


def wordpiece():
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = sorted({word for text in CORPUS for word in re.findall(r"\w+|[^\w\s]", text.lower())} - {"rinse"})
    letters = [f"{front}{letter}" for front in ("", "##") for letter in "abcdefghijklmnopqrstuvwxyz"]
    vocabulary = {piece: id for id, piece in enumerate(dict.fromkeys(special + letters + words))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(special)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer, dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")


def byte_level(special, size, **tokens):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(CORPUS, trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=alphabet, show_progress=False))
    if "cls_token" in tokens:
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    return tokenizer, dict(bos_token="<s>", eos_token="</s>", pad_token="<pad>", **tokens)


def chat():
    """For templates, which write the token that begins a text; the tokenizer would add another."""
    tokenizer, tokens = byte_level(["<pad>", "<s>", "</s>"], 300)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 1)])
    return tokenizer, tokens


def begin(name, tokenizer, tokens, **config):
    """Makes the folder with its tokenizer; gives both."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "onnx").mkdir(parents=True)
    (folder / "tokenizer.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
    kind = {"bert": "BertTokenizer", "roberta": "RobertaTokenizer"}.get(name, "PreTrainedTokenizerFast")
    save(folder / "tokenizer_config.json", {"tokenizer_class": kind, **tokens, **config})
    names = ["input_ids", *["token_type_ids"] * (name == "bert"), "attention_mask"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return folder, PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_input_names=names, **tokens)


def save(path, data):
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n")


def classifier(name, tokenizer, tokens, sizes, form, template=None, **config):
    """A sequence classifier with random weights, and PyTorch's logits, one row at a time: no padding has a part in them."""
    torch.manual_seed(0)
    folder, python = begin(name, tokenizer, tokens, **config)
    if template:
        (folder / "chat_template.jinja").write_text(template)
    model = AutoModelForSequenceClassification.from_config(
        AutoConfig.for_model(name, vocab_size=tokenizer.get_vocab_size(), **sizes), attn_implementation="eager").eval()
    for weight in model.parameters():
        weight.data += 0.3 * torch.randn_like(weight)

    def encode(prompt, response, limit=10**9):
        python.truncation_side = "left"
        if form == "chat":
            messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
            text = python.apply_chat_template(messages, chat_template=template, tokenize=False)
            return python(text, add_special_tokens=False, truncation=True, max_length=limit, return_tensors="pt")
        if form == "text":
            return python(prompt + response, truncation=True, max_length=limit, return_tensors="pt")
        return python(prompt, response, truncation="only_first", max_length=limit, return_tensors="pt")

    def logits(prompt, response, limit=10**9):
        inputs = encode(prompt, response, limit)
        with torch.no_grad():
            return model(**inputs).logits[0].tolist(), inputs["input_ids"].tolist()[0]

    cases = [dict(zip(("prompt", "response", "logits", "ids"), (*row, *logits(*row)))) for row in ROWS]
    cut = dict(zip(("prompt", "response", "logits", "ids"), (*LONG, *logits(*LONG, 32)))) | {"maxTokens": 32}
    save(folder / "expected.json", {"rows": cases, "long": cut})

    inputs = python(["the cat", "the cat sat"], padding=True, return_tensors="pt")
    shape = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length")}
    model.config.use_cache, model.config.return_dict = False, True
    program = torch.onnx.export(
        model, (), kwargs=dict(inputs), input_names=list(inputs), output_names=["logits"],
        dynamic_shapes={key: shape for key in inputs}, opset_version=20, dynamo=True, verbose=False)
    write(program.model_proto, folder)
    save(folder / "config.json", json.loads(model.config.to_json_string(use_diff=True)) | {"architectures": [type(model).__name__]})


def write(proto, folder):
    """Saves a model without what says on which machine it was made."""
    proto.producer_name, proto.producer_version, proto.doc_string = "", "", ""
    for part in (proto.graph, *proto.functions):
        part.doc_string = ""
        for value in [*part.value_info] if hasattr(part, "value_info") else []:
            del value.metadata_props[:]
        for node in part.node:
            node.doc_string = ""
            del node.metadata_props[:]
    del proto.graph.value_info[:], proto.metadata_props[:], proto.graph.metadata_props[:]
    onnx.checker.check_model(proto)
    onnx.save(proto, folder / "onnx" / "model.onnx")


def language_model():
    """Learns the conversations, writes the graph, and what PyTorch generates greedily from it."""
    torch.manual_seed(0)
    tokenizer, tokens = chat()
    folder, python = begin("gpt2", tokenizer, tokens, chat_template=TURNS)
    ends = dict(bos_token_id=1, eos_token_id=2, pad_token_id=0)
    config = AutoConfig.for_model("gpt2", vocab_size=300, n_embd=16, n_head=2, n_layer=2, n_positions=96, **ends,
                                  embd_pdrop=0, attn_pdrop=0, resid_pdrop=0)
    model = AutoModelForCausalLM.from_config(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)

    def messages(system, user):
        return [*([{"role": "system", "content": system}] if system else []), {"role": "user", "content": user}]

    def prompt(system, user):
        text = python.apply_chat_template(messages(system, user), chat_template=TURNS, tokenize=False, add_generation_prompt=True)
        return python(text, add_special_tokens=False)["input_ids"]

    rows = []
    for system, user, reply in CONVERSATIONS:
        ids, answer = prompt(system, user), python(reply, add_special_tokens=False)["input_ids"] + [2]
        rows.append((torch.tensor([ids + answer]), torch.tensor([[-100] * len(ids) + answer])))
    for _ in range(400):
        optimizer.zero_grad()
        loss = sum(model(ids, labels=labels).loss for ids, labels in rows)
        loss.backward()
        optimizer.step()
    model.eval()
    cases = []
    for system, user in [(system, user) for system, user, _ in CONVERSATIONS] + [(None, "the hat")]:
        for limit in (24, 3):
            ids = torch.tensor([prompt(system, user)])
            out = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=limit)[0, ids.shape[1]:]
            cases.append({
                "messages": messages(system, user), "maxTokens": limit, "input": ids.shape[1], "output": len(out),
                "text": python.decode(out, skip_special_tokens=True), "finish": "stop" if out[-1] == 2 else "length",
            })
    save(folder / "expected.json", {"loss": loss.item(), "answers": cases})
    write(gpt2_graph(model), folder)
    save(folder / "config.json", json.loads(config.to_json_string(use_diff=True)) | {"architectures": ["GPT2LMHeadModel"], **ends})
    save(folder / "generation_config.json", {**ends, "do_sample": True, "repetition_penalty": 50.0, "min_new_tokens": 12, "top_k": 5})


def gpt2_graph(model):
    config, weights = model.config, {name: weight.detach().numpy() for name, weight in model.transformer.state_dict().items()}
    nodes, constants, inputs, outputs = [], [], [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(operator, *args, outs=None, **attributes):
        names = outs or [f"{operator}_{len(nodes)}"]
        nodes.append(helper.make_node(operator, list(args), names, name=names[0], **attributes))
        return names[0]

    def linear(x, at):
        parts = [constant(f"{at}.{part}", weights[f"{at}.{part}"]) for part in ("weight", "bias")]
        return node("Add", node("MatMul", x, parts[0]), parts[1])

    def norm(x, at):
        parts = [constant(f"{at}.{part}", weights[f"{at}.{part}"]) for part in ("weight", "bias")]
        return node("LayerNormalization", x, *parts, epsilon=config.layer_norm_epsilon)

    value = helper.make_tensor_value_info
    for name, length in (("input_ids", "sequence_length"), ("attention_mask", "total_sequence_length"), ("position_ids", "sequence_length")):
        inputs.append(value(name, TensorProto.INT64, ["batch_size", length]))
    one, axis = constant("one", np.array([1], np.int64)), constant("axis", np.array(1, np.int64))
    counts = node("ReduceSum", "attention_mask", one, keepdims=0)
    last = node("Cast", node("Sub", counts, one), to=TensorProto.INT32)
    total = node("Cast", node("Gather", node("Shape", "attention_mask"), axis), to=TensorProto.INT32)
    embedding = constant("embedding", weights["wte.weight"])
    x = node("Add", node("Gather", embedding, "input_ids"), node("Gather", constant("positions", weights["wpe.weight"]), "position_ids"))
    heads, width = config.n_head, config.n_embd
    for i in range(config.n_layer):
        cache = []
        for part in ("key", "value"):
            cache.append((f"past_key_values.{i}.{part}", f"present.{i}.{part}"))
            inputs.append(value(cache[-1][0], TensorProto.FLOAT, ["batch_size", heads, "past_sequence_length", width // heads]))
            outputs.append(value(cache[-1][1], TensorProto.FLOAT, ["batch_size", heads, "total_sequence_length", width // heads]))
        mixed = node(
            "GroupQueryAttention", linear(norm(x, f"h.{i}.ln_1"), f"h.{i}.attn.c_attn"), "", "", cache[0][0], cache[1][0], last, total,
            outs=[f"mixed.{i}", cache[0][1], cache[1][1]], domain="com.microsoft", num_heads=heads, kv_num_heads=heads)
        x = node("Add", x, linear(mixed, f"h.{i}.attn.c_proj"))
        up = node("Gelu", linear(norm(x, f"h.{i}.ln_2"), f"h.{i}.mlp.c_fc"), approximate="tanh")
        x = node("Add", x, linear(up, f"h.{i}.mlp.c_proj"))
    node("MatMul", norm(x, "ln_f"), node("Transpose", embedding, perm=[1, 0]), outs=["logits"])
    outputs.insert(0, value("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", config.vocab_size]))
    graph = helper.make_graph(nodes, "gpt2", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


classifier("bert", *wordpiece(), SIZES | dict(num_labels=1, pad_token_id=0), "pair")
roberta = byte_level(["<s>", "<pad>", "</s>", "<unk>"], 300, cls_token="<s>", sep_token="</s>", unk_token="<unk>")
labels = dict(id2label={0: "bad", 1: "good"}, label2id={"bad": 0, "good": 1})
positions = dict(max_position_embeddings=66, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1)
classifier("roberta", *roberta, SIZES | positions | labels, "text")
decoder = dict(num_labels=1, num_key_value_heads=2, pad_token_id=0, bos_token_id=1, eos_token_id=2)
classifier("llama", *chat(), SIZES | decoder | dict(max_position_embeddings=128), "chat", template=TURNS)
language_model()
onnx_folder = FOLDER / "bert/onnx"
quantize_dynamic(onnx_folder / "model.onnx", onnx_folder / "model_quantized.onnx")
