"""Writes the fixtures of packages/core/nn/parity_test.ts: tiny random models, and what transformers makes of them.

Run from the repository's root, with torch, transformers, peft and safetensors installed; the tests need none of them.

    python tools/export_reference.py
"""

import json
import math
import pathlib
import shutil

import peft
import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

FIXTURES = pathlib.Path("packages/core/nn/fixtures")
ADAMW = {"learningRate": 0.01, "betas": [0.9, 0.95], "eps": 1e-8, "weightDecay": 0.1}
STEPS = 10
VOCABULARY = 43
LENGTHS = [11, 4, 1, 7]  # the longest is longer than the sliding windows

SIZES = dict(vocab_size=VOCABULARY, hidden_size=16, intermediate_size=24, num_hidden_layers=2)
SIZES |= dict(num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64)
SIZES |= dict(bos_token_id=1, eos_token_id=2, pad_token_id=0)
WIDE = SIZES | dict(head_dim=8, num_hidden_layers=1)
LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
LLAMA3 |= dict(original_max_position_embeddings=32, rope_theta=1000.0)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=64, rope_theta=1000.0)

MODELS = {
    "gpt2": ("gpt2", dict(vocab_size=VOCABULARY, n_embd=16, n_head=4, n_layer=2, n_inner=24, n_positions=32)
             | dict(bos_token_id=1, eos_token_id=2)),
    "llama": ("llama", SIZES | dict(rms_norm_eps=1e-5)),
    "llama_llama3": ("llama", WIDE | dict(tie_word_embeddings=True, attention_bias=True, mlp_bias=True)
                     | dict(eos_token_id=[2, 3], rope_parameters=LLAMA3)),
    "llama_linear": ("llama", WIDE | dict(rope_parameters=dict(rope_type="linear", factor=2.5, rope_theta=10000.0))),
    "mistral": ("mistral", SIZES | dict(sliding_window=4)),
    "qwen2": ("qwen2", SIZES | dict(tie_word_embeddings=True)),
    "qwen2_yarn": ("qwen2", WIDE | dict(rope_parameters=YARN, use_sliding_window=True, sliding_window=3)
                   | dict(num_hidden_layers=2, max_window_layers=1, head_dim=4, num_key_value_heads=1)),
    "qwen3": ("qwen3", SIZES | dict(head_dim=6, tie_word_embeddings=True)),
}
CLASSIFIERS = {
    "llama_score": ("llama", WIDE | dict(num_labels=1)),
    "qwen2_score": ("qwen2", WIDE | dict(num_labels=1, tie_word_embeddings=True)),
}
ADAPTERS = {
    "gpt2": ["c_attn", "c_proj", "c_fc"],
    "llama": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
}
ROPES = [
    dict(head_dim=64, max_position_embeddings=131072, rope_theta=500000.0,
         rope_scaling=dict(rope_type="llama3", factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
                           original_max_position_embeddings=8192)),
    dict(head_dim=128, max_position_embeddings=32768, rope_theta=1000000.0,
         rope_scaling=dict(type="yarn", factor=4.0, original_max_position_embeddings=32768)),
    dict(head_dim=96, max_position_embeddings=16384,
         rope_scaling=dict(rope_type="yarn", factor=40.0, mscale=1.0, mscale_all_dim=0.707, beta_fast=24, beta_slow=2,
                           truncate=False, original_max_position_embeddings=4096)),
    dict(head_dim=32, max_position_embeddings=4096,
         rope_parameters=dict(rope_type="yarn", factor=8.0, attention_factor=1.25, rope_theta=10000.0)),
    dict(head_dim=64, max_position_embeddings=8192, rope_theta=10000.0,
         rope_scaling=dict(rope_type="yarn", factor=None, original_max_position_embeddings=2048)),
    dict(head_dim=64, max_position_embeddings=2048, rope_theta=5000.0, rope_scaling=dict(type="linear", factor=4.0)),
    dict(head_dim=10, max_position_embeddings=2048, rope_parameters=dict(rope_type="default", rope_theta=123.0)),
]


def randomise(module: torch.nn.Module) -> None:
    """Weights large enough that attention, biases and norms all matter."""
    for name, parameter in module.named_parameters():
        if parameter.dim() == 2:
            torch.nn.init.normal_(parameter, std=1.0 if "emb" in name or "wte" in name else 1.5 / math.sqrt(16))
        else:
            torch.nn.init.normal_(parameter, mean=0.0 if name.endswith("bias") else 1.0, std=0.3)


def sequences() -> list[list[int]]:
    generator = torch.Generator().manual_seed(7)
    return [torch.randint(3, VOCABULARY, (length,), generator=generator).tolist() for length in LENGTHS]


def run(model: torch.nn.Module, tokens: list[list[int]]) -> list[torch.Tensor]:
    """Logits of each sequence by itself, so that no padding enters."""
    return [model(input_ids=torch.tensor([one])).logits[0] for one in tokens]


def mean_loss(logits: list[torch.Tensor], tokens: list[list[int]]) -> torch.Tensor:
    """Mean over all tokens but the first of each sequence."""
    rows = torch.cat([one[:-1] for one in logits])
    targets = torch.tensor([token for one in tokens for token in one[1:]])
    return torch.nn.functional.cross_entropy(rows, targets)


def ten_losses(model: torch.nn.Module, tokens: list[list[int]]) -> list[float]:
    """The loss before each of ten AdamW steps. Tensors of two or more dimensions decay."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": ADAMW["weightDecay"]},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=ADAMW["learningRate"], betas=tuple(ADAMW["betas"]), eps=ADAMW["eps"])
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = mean_loss(run(model, tokens), tokens)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return losses


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.grad.contiguous() for name, p in model.named_parameters() if p.grad is not None}


def adapter(model: torch.nn.Module, name: str, folder: pathlib.Path, tokens: list[list[int]]) -> torch.Tensor:
    """Writes a PEFT adapter and its gradients; its logits are the result."""
    config = peft.LoraConfig(r=3, lora_alpha=6, target_modules=ADAPTERS[name], fan_in_fan_out=name == "gpt2",
                             task_type="CAUSAL_LM")
    adapted = peft.get_peft_model(model, config)
    for low_rank in filter(lambda p: p.requires_grad, adapted.parameters()):
        torch.nn.init.normal_(low_rank, std=0.2)
    adapted.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    file = folder / "adapter" / "adapter_config.json"
    settings = json.loads(file.read_text())
    write_json(file, settings | {"target_modules": sorted(settings["target_modules"])})  # PEFT writes a set
    logits = run(adapted, tokens)
    if name != "gpt2":  # there one module holds three layers
        mean_loss(logits, tokens).backward()
        saved = {name.replace(".default", ""): value for name, value in gradients(adapted).items()}
        save_file(saved, folder / "adapter" / "grads.safetensors")
    result = torch.cat(logits).detach()
    adapted.unload()
    return result


def fresh(folder: pathlib.Path) -> pathlib.Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def save_model(model: torch.nn.Module, folder: pathlib.Path) -> None:
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)


def build(kind: str, settings: dict, cls) -> torch.nn.Module:
    config = AutoConfig.for_model(kind, **settings)
    config.dtype = torch.float32
    for dropout in ["resid_pdrop", "embd_pdrop", "attn_pdrop"]:
        if hasattr(config, dropout):
            setattr(config, dropout, 0.0)
    model = cls.from_config(config, attn_implementation="eager").float().eval()
    randomise(model)
    return model


def write_json(path: pathlib.Path, value: object) -> None:
    path.write_text(json.dumps(value) + "\n")


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    tokens = sequences()
    for name, (kind, settings) in MODELS.items():
        folder = fresh(FIXTURES / name)
        model = build(kind, settings, AutoModelForCausalLM)
        save_model(model, folder)
        logits = run(model, tokens)
        mean_loss(logits, tokens).backward()
        save_file(gradients(model), folder / "grads.safetensors")
        model.zero_grad()
        expected = {"logits": torch.cat(logits).detach()}
        if name in ADAPTERS:
            expected["adapter_logits"] = adapter(model, name, folder, tokens)
            for parameter in model.parameters():
                parameter.requires_grad_(True)
        save_file(expected, folder / "expected.safetensors")
        losses = ten_losses(model, tokens)
        write_json(folder / "expected.json", {"sequences": tokens, "adamw": ADAMW, "losses": losses})
        print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, losses {losses[0]:.4f} to {losses[-1]:.4f}")
    for name, (kind, settings) in CLASSIFIERS.items():
        folder = fresh(FIXTURES / name)
        model = build(kind, settings, AutoModelForSequenceClassification)
        save_model(model, folder)
        scores = [model(input_ids=torch.tensor([one])).logits.item() for one in tokens]
        write_json(folder / "expected.json", {"sequences": tokens, "scores": scores})
        print(f"{name}: scores {[round(score, 4) for score in scores]}")
    ropes = []
    for settings in ROPES:
        config = AutoConfig.for_model("llama", hidden_size=64, num_attention_heads=4, **json.loads(json.dumps(settings)))
        kind = config.rope_parameters["rope_type"]
        initialise = ROPE_INIT_FUNCTIONS.get(kind, transformers.models.llama.modeling_llama.LlamaRotaryEmbedding
                                             .compute_default_rope_parameters)
        frequencies, factor = initialise(config)
        ropes.append({"config": settings, "frequencies": frequencies.tolist(), "attentionFactor": factor})
    write_json(FIXTURES / "rope.json", ropes)
    versions = {module.__name__: module.__version__ for module in (torch, transformers, peft)}
    write_json(FIXTURES / "versions.json", versions)


if __name__ == "__main__":
    main()
