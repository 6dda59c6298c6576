"""Trains and decodes gpt-5m with PyTorch and `transformers`, as the benchmark asks: a JSON line in, a JSON line out.

    python model_peer.py FOLDER THREADS

FOLDER holds model.safetensors and workload.json, both written by model.ts.
"""

import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

folder, threads = Path(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
workload = json.loads((folder / "workload.json").read_text())
config, batch, adamw = workload["config"], workload["batch"], workload["adamw"]
weights = load_file(folder / "model.safetensors")
layers, width, heads, length = config["layers"], config["width"], config["heads"], config["positions"]


class Block(nn.Module):
    def __init__(self, at):
        super().__init__()

        def linear(*names):  # query, key and value are one product, as in GPT-2
            layer = nn.Linear(1, 1)
            for part in ("weight", "bias"):
                setattr(layer, part, nn.Parameter(torch.cat([weights[f"{at}.{name}.{part}"] for name in names])))
            return layer

        self.attention_norm, self.mlp_norm = norm(f"{at}.attentionNorm"), norm(f"{at}.mlpNorm")
        self.qkv, self.output = linear("query", "key", "value"), linear("output")
        self.up, self.down = linear("up"), linear("down")

    def forward(self, x, cache=None, start=0):
        rows, tokens, _ = x.shape
        q, k, v = (
            y.view(rows, tokens, heads, -1).transpose(1, 2)
            for y in self.qkv(self.attention_norm(x)).split(width, dim=2)
        )
        if cache is not None:
            end = start + tokens
            cache[0, :, :, start:end], cache[1, :, :, start:end] = k, v
            k, v = cache[0, :, :, :end], cache[1, :, :, :end]
        y = F.scaled_dot_product_attention(q, k, v, is_causal=tokens > 1)
        x = x + self.output(y.transpose(1, 2).reshape(rows, tokens, width))
        return x + self.down(F.gelu(self.up(self.mlp_norm(x)), approximate="tanh"))


def norm(at):
    layer = nn.LayerNorm(width, eps=config["normEps"])
    layer.weight, layer.bias = (nn.Parameter(weights[f"{at}.{part}"].clone()) for part in ("weight", "bias"))
    return layer


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Parameter(weights["embedding"].clone())
        self.positions = nn.Parameter(weights["positions"].clone())
        self.blocks = nn.ModuleList(Block(f"blocks.{i}") for i in range(layers))
        self.norm = norm("norm")

    def forward(self, tokens, caches=None, start=0):
        x = F.embedding(tokens, self.embedding) + self.positions[start : start + tokens.shape[1]]
        for i, block in enumerate(self.blocks):
            x = block(x, None if caches is None else caches[i], start)
        return self.norm(x)

    def loss(self, tokens, targets):
        return F.cross_entropy(F.linear(self(tokens).flatten(0, 1), self.embedding), targets.flatten())


def reference():
    """The same weights in the real GPT2LMHeadModel."""
    from transformers import GPT2Config, GPT2LMHeadModel

    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config["vocabulary"], n_positions=length, n_embd=width, n_layer=layers, n_head=heads,
            n_inner=config["hidden"], activation_function="gelu_new", layer_norm_epsilon=config["normEps"],
            resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, bos_token_id=None, eos_token_id=None, pad_token_id=0,
        )
    ).eval()
    state = {"wte.weight": weights["embedding"], "wpe.weight": weights["positions"]}
    for part in ("weight", "bias"):
        state[f"ln_f.{part}"] = weights[f"norm.{part}"]
        turned = (lambda x: x.t()) if part == "weight" else (lambda x: x)
        for i in range(layers):
            of = lambda name: weights[f"blocks.{i}.{name}.{part}"]
            state[f"h.{i}.ln_1.{part}"], state[f"h.{i}.ln_2.{part}"] = of("attentionNorm"), of("mlpNorm")
            state[f"h.{i}.attn.c_attn.{part}"] = turned(torch.cat([of("query"), of("key"), of("value")]))
            state[f"h.{i}.attn.c_proj.{part}"] = turned(of("output"))
            state[f"h.{i}.mlp.c_fc.{part}"], state[f"h.{i}.mlp.c_proj.{part}"] = turned(of("up")), turned(of("down"))
    model.transformer.load_state_dict(state)
    return model


def trainer(compiled):
    model = Transformer()
    tokens, targets = torch.tensor(batch["tokens"]), torch.tensor(batch["targets"])
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=adamw["learningRate"], betas=adamw["betas"], eps=adamw["eps"], weight_decay=0, fused=True
    )
    loss_of = torch.compile(model.loss) if compiled else model.loss

    def step():
        loss = loss_of(tokens, targets)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return {"loss": loss.item()}

    return step


def loop_decoder():
    model = Transformer().eval()

    @torch.inference_mode()
    def decode(prompts, new_tokens):
        ids = torch.tensor(prompts)
        prompt = ids.shape[1]
        caches = torch.zeros(layers, 2, len(prompts), heads, length, width // heads)
        out, start = [], 0
        for i in range(new_tokens):
            hidden = model(ids, caches, start)[:, -1]
            start = prompt + i
            ids = F.linear(hidden, model.embedding).argmax(-1, keepdim=True)
            out.append(ids)
        return {"tokens": torch.cat(out, 1).tolist()}

    return decode


def generate_decoder():
    model = reference()

    @torch.inference_mode()
    def decode(prompts, new_tokens):
        ids = torch.tensor(prompts)
        out = model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, min_new_tokens=new_tokens, max_new_tokens=new_tokens
        )
        return {"tokens": out[:, ids.shape[1] :].tolist()}

    return decode


def reference_loss():
    model = reference()
    tokens, targets = torch.tensor(batch["tokens"]), torch.tensor(batch["targets"])
    with torch.inference_mode():
        return {"loss": F.cross_entropy(model(tokens).logits.flatten(0, 1), targets.flatten()).item()}


makers = {
    "eager": lambda: trainer(False),
    "compiled": lambda: trainer(True),
    "loop": loop_decoder,
    "generate": generate_decoder,
    "reference": lambda: reference_loss,
}
made = {}
for line in sys.stdin:
    request = json.loads(line)
    try:
        name = request.pop("do")
        if name not in made:
            made[name] = makers[name]()
        answer = made[name](**request)
    except Exception as error:  # the benchmark names it and goes on without this peer
        answer = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    print(json.dumps(answer), flush=True)
