"""Drives the own code of TRL, OpenRLHF and verl against a running Tare server, and prints what they got.

    python -W ignore try_clients.py http://127.0.0.1:8377 tare-demo

The folder is one that `tare demo` wrote, and the server serves its `reward` and its `baselines.jsonl`. What a client got is
compared with what the server answers to a plain request for one sample, and, where a response is one of the baselines' own,
with the file: its reward there less the mean of its row. Exits with 1 if any two differ by more than 1e-4.
"""
import asyncio
import json
import os
import platform
import re
import sys
import tempfile
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from trl_reward import contrastive_reward

transformers.utils.logging.disable_progress_bar()
if len(sys.argv) != 3:
    sys.exit("Expected the server's address and the folder of a demo: python try_clients.py http://127.0.0.1:8377 tare-demo")
URL, DEMO = sys.argv[1].rstrip("/"), Path(sys.argv[2])
os.environ["TARE_URL"] = URL  # the reward functions ask here
TOKENIZER = AutoTokenizer.from_pretrained(DEMO / "sft", padding_side="left")
ROWS = [json.loads(line) for line in (DEMO / "baselines.jsonl").read_text().splitlines()[:64]]
PROMPTS = [row["prompt"] for row in ROWS]
RESPONSES = [row["responses"][0] for row in ROWS]
ON_FILE = [row["rewards"][0] - sum(row["rewards"]) / len(row["rewards"]) for row in ROWS]
differences = []


def messages(prompt):
    """The user's turn in a prompt of the demo. Its chat template makes the same prompt of it."""
    return [{"role": "user", "content": prompt.removeprefix("\n\nHuman: ").removesuffix("\n\nAssistant:")}]


def drawn(response):
    """The tokens of a response as a policy draws them: with the one that ends it."""
    return [*TOKENIZER(response)["input_ids"], TOKENIZER.eos_token_id]


def asked(prompts, responses):
    """What the server answers, one sample a request."""
    return [contrastive_reward([prompt], [response])[0] for prompt, response in zip(prompts, responses)]


def compare(what, got, expected):
    """Says how far apart they are."""
    apart = [abs(a - b) for a, b in zip(got, expected, strict=True)]
    differences.extend(apart)
    print(f"  {what}: {len(got)} rewards, {min(got):.4f} to {max(got):.4f}, largest difference {max(apart):.1e}")


def trl():
    """Trains: two steps of GRPO on texts, one on messages."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    render = partial(TOKENIZER.apply_chat_template, tokenize=False, add_generation_prompt=True)
    for kind, prompts, reward, steps in [
        ("texts", PROMPTS[:4], contrastive_reward, 2),
        ("messages", [messages(prompt) for prompt in PROMPTS[:4]], partial(contrastive_reward, tokenizer=TOKENIZER), 1),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            trainer = GRPOTrainer(
                model=AutoModelForCausalLM.from_pretrained(DEMO / "sft"),
                processing_class=TOKENIZER,
                reward_funcs=reward,
                train_dataset=Dataset.from_dict({"prompt": prompts}),
                args=GRPOConfig(
                    **dict(output_dir=folder, report_to="none", disable_tqdm=True, logging_steps=1, use_cpu=True, bf16=False),
                    **dict(max_steps=steps, per_device_train_batch_size=8, num_generations=4, max_completion_length=48, seed=7),
                ),
            )
            trainer.remove_callback(transformers.PrinterCallback)
            trainer.train()
        for log in trainer.state.log_history[:steps]:
            names = ["rewards/contrastive_reward/mean", "tare/raw_reward", "tare/baseline", "loss", "grad_norm"]
            print(f"  {kind}, step {log['step']}: " + ", ".join(f"{name} {log[name]:.4f}" for name in names))
        seen = trainer._logs  # what it keeps of the last step, for its table of completions
        prompts, completions = list(seen["prompt"]), list(seen["completion"])
        if kind == "messages":
            prompts, completions = list(map(render, prompts)), [answer[0]["content"] for answer in completions]
        got = list(seen["rewards"]["contrastive_reward"])
        print(f"    {prompts[0]!r}\n    {completions[0]!r}: {got[0]:.6f}")
        compare(f"{kind}, in the trainer's last step, against the server", got, asked(prompts, completions))


async def openrlhf():
    """Rolls out with its executor, vLLM's place being taken by what says a response of the file."""
    from aiohttp import ClientSession
    from openrlhf.utils.agent import SingleTurnAgentExecutor

    # SamplesGenerator's module imports vLLM and its engines, which making a sample of a response does not use.
    for name in ("vllm", "openrlhf.trainer.ray", "openrlhf.trainer.ray.vllm_engine"):
        sys.modules[name] = MagicMock()
    from openrlhf.trainer.ppo_utils.samples_generator import SamplesGenerator

    async def roll_out(executor, prompt, response):
        async def generate(*_, **__):
            return SimpleNamespace(outputs=[SimpleNamespace(token_ids=drawn(response), finish_reason="stop", logprobs=None)])

        sampling, engine = SimpleNamespace(max_tokens=64, logprobs=None), SimpleNamespace(generate=generate)
        output = await executor.execute(prompt, "", sampling, 512, TOKENIZER, engine)
        return SamplesGenerator.__new__(SamplesGenerator)._process_response_into_experience(output)

    def rewards(samples):
        return [sample.rewards.item() for sample in samples]

    url = f"{URL}/get_reward"
    executor = SingleTurnAgentExecutor(url)
    server = asked(PROMPTS, RESPONSES)
    samples = [await roll_out(executor, *pair) for pair in zip(PROMPTS[:8], RESPONSES)]
    print(f"  logged of the first sample: { {name: round(value.item(), 6) for name, value in samples[0].info.items()} }")
    compare("one after the other, against the server", rewards(samples), server[:8])
    samples = await asyncio.gather(*(roll_out(executor, *pair) for pair in zip(PROMPTS, RESPONSES)))
    compare("64 at once, against the server", rewards(samples), server)
    compare("64 at once, against the file", rewards(samples), ON_FILE)
    queries = [prompt + response + TOKENIZER.eos_token for prompt, response in zip(PROMPTS, RESPONSES)]
    [answer] = await executor._fetch_rewards_via_http(queries, PROMPTS, [""] * len(ROWS))
    compare("64 in one request, against the server", answer["rewards"], server)
    executor = SingleTurnAgentExecutor([url, url, url])
    samples = [await roll_out(executor, *pair) for pair in zip(PROMPTS[:8], RESPONSES)]
    compare("three addresses, against the server", rewards(samples), server[:8])
    # Versions before 0.11.1 send one sample to the first address and these to the others.
    async with ClientSession() as session, session.post(url, json={"query": [], "prompts": [], "labels": []}) as reply:
        print(f"  an empty shard: {reply.status} {await reply.text()}")
        reply.raise_for_status()


async def verl():
    """Scores with the worker of its reward loop: by verl_reward.py, then as if a reward model of vLLM's were at /classify."""
    import numpy as np
    import torch
    from omegaconf import OmegaConf
    from tensordict import TensorDict
    from verl import DataProto
    from verl.experimental.reward_loop import RewardLoopWorker

    def column(values):
        array = np.empty(len(ROWS), dtype=object)
        array[:] = values
        return array

    tokens = [torch.tensor(drawn(response)) for response in RESPONSES]
    padded = partial(torch.nn.utils.rnn.pad_sequence, batch_first=True)
    mask = padded([torch.ones_like(row) for row in tokens])
    prompt = torch.ones(len(ROWS), 1, dtype=torch.long)  # verl looks at the tokens of responses alone
    data = DataProto(
        batch=TensorDict(
            dict(prompts=prompt, responses=padded(tokens), attention_mask=torch.cat([prompt, mask], 1)),
            batch_size=len(ROWS),
        ),
        non_tensor_batch={
            "raw_prompt": column([messages(prompt) for prompt in PROMPTS]),
            "extra_info": column([{"prompt": prompt} for prompt in PROMPTS]),
            "data_source": column(["world"] * len(ROWS)),
            "reward_model": column([{"ground_truth": ""}] * len(ROWS)),
        },
    )
    server = asked(PROMPTS, RESPONSES)
    function = Path(__file__).with_name("verl_reward.py")
    for what, path in [("compute_score", str(function)), ("/classify", None)]:
        config = {
            "actor_rollout_ref": {"model": {"path": str(DEMO / "sft"), "tokenizer_path": None}},
            "reward": {
                "custom_reward_function": {"path": path, "name": "compute_score"},
                "reward_manager": {"source": "register", "name": "naive"},
                "reward_model": {"enable": not path, "model_path": str(DEMO / "reward"), "rollout": {"name": "vllm"}},
            },
        }
        worker = RewardLoopWorker(OmegaConf.create(config), URL.removeprefix("http://"))
        outputs = await worker.compute_score_batch(data)
        got = [output["reward_score"] for output in outputs]
        print(f"  {what}, the first sample: {outputs[0]}")
        compare(f"{what}, 64 at once, against the server", got, server)
        compare(f"{what}, 64 at once, against the file", got, ON_FILE)


def main():
    shown = re.sub(r"/r/[^/]+", "/r/…", URL)  # no key in a transcript
    print(f"Python {platform.python_version()}, torch {version('torch')}, transformers {version('transformers')}")
    print(f"server {shown}, the first {len(ROWS)} prompts of {DEMO.name}/baselines.jsonl")
    for name, run in [("trl", trl), ("openrlhf", lambda: asyncio.run(openrlhf())), ("verl", lambda: asyncio.run(verl()))]:
        print(f"\n{name} {version(name)}")
        run()
    print("\nA prompt without a baseline, by trl_reward.py")
    try:
        print(f"  {contrastive_reward(['Tea?'], [' Yes.'])}")
    except RuntimeError as error:
        print(f"  {error}")
    bad = sum(not difference <= 1e-4 for difference in differences)
    print(f"\n{len(differences)} comparisons, {bad} of them further apart than 1e-4")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
