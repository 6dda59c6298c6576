"""Drives the own code of TRL, OpenRLHF and verl against a running Tare server and prints what they got.

    python try_clients.py http://127.0.0.1:8377 tare-demo

The folder is one that `tare demo` wrote, and the server serves its `reward` and `baselines.jsonl`. Each reward that a client got
is compared with what the server answers to one plain request, and, where the response is one of the baselines' own, with the
file: its reward less the mean of its row. Exits with 1 if any differs by more than 1e-4.
"""
import asyncio
import copy
import json
import logging
import os
import platform
import re
import sys
import tempfile
import warnings
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", VERL_LOGGING_LEVEL="ERROR", RAY_DEDUP_LOGS="0")
warnings.filterwarnings("ignore")
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from trl_reward import contrastive_reward

transformers.utils.logging.disable_progress_bar()
HERE = Path(__file__).parent
URL, DEMO = sys.argv[1].rstrip("/"), Path(sys.argv[2])
os.environ["TARE_URL"] = URL
TOKENIZER = AutoTokenizer.from_pretrained(DEMO / "sft", padding_side="left")
ROWS = [json.loads(line) for line in (DEMO / "baselines.jsonl").read_text().splitlines()][:64]
worst = 0.0


def messages(prompt):
    """The user's turn of a prompt of the demo, which its chat template renders to the same text."""
    return [{"role": "user", "content": prompt.removeprefix("\n\nHuman: ").removesuffix("\n\nAssistant:")}]


def ids(text):
    """The tokens of a response, as a policy draws them: with the one that ends it."""
    return [*TOKENIZER(text)["input_ids"], TOKENIZER.eos_token_id]


def asked(prompt, response):
    """What the server says of one sample."""
    return contrastive_reward([prompt], [response])[0]


def on_file(row, j=0):
    """What the file of baselines says of its own response."""
    return row["rewards"][j] - sum(row["rewards"]) / len(row["rewards"])


def compare(what, got, expected):
    """Prints how far two lists are apart."""
    global worst
    assert len(got) == len(expected) > 0, f"Expected {len(expected)} rewards but found {len(got)}"
    difference = max(abs(a - b) for a, b in zip(got, expected))
    worst = max(worst, difference)
    print(f"  {what}: {len(got)} rewards, {min(got):.4f} to {max(got):.4f}, largest difference {difference:.1e}")


def try_trl():
    """Trains for real: two steps of GRPO on texts, one on messages."""
    from datasets import Dataset
    from transformers import PrinterCallback
    from trl import GRPOConfig, GRPOTrainer

    texts = [row["prompt"] for row in ROWS[:4]]
    for kind, prompts, reward, steps in [
        ("texts", texts, contrastive_reward, 2),
        ("messages", [messages(text) for text in texts], partial(contrastive_reward, tokenizer=TOKENIZER), 1),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            config = GRPOConfig(
                **dict(output_dir=folder, use_cpu=True, bf16=False, report_to="none", disable_tqdm=True, seed=7),
                **dict(max_steps=steps, logging_steps=1, per_device_train_batch_size=8, num_generations=4),
                **dict(max_completion_length=48, learning_rate=1e-4),
            )
            trainer = GRPOTrainer(
                model=AutoModelForCausalLM.from_pretrained(DEMO / "sft"),
                processing_class=TOKENIZER,
                reward_funcs=reward,
                args=config,
                train_dataset=Dataset.from_dict({"prompt": prompts}),
            )
            trainer.remove_callback(PrinterCallback)
            trainer.train()
        for log in trainer.state.log_history[:steps]:
            names = ["rewards/contrastive_reward/mean", "tare/raw_reward", "tare/baseline", "loss", "grad_norm"]
            print(f"  {kind}, step {log['step']}: " + ", ".join(f"{name} {log[name]:.4f}" for name in names if name in log))
        seen = trainer._logs  # of the last step: what the trainer keeps for its table of completions
        pairs = list(zip(seen["prompt"], seen["completion"], seen["rewards"]["contrastive_reward"]))
        if kind == "messages":
            render = partial(TOKENIZER.apply_chat_template, tokenize=False, add_generation_prompt=True)
            pairs = [(render(prompt), answer[0]["content"], got) for prompt, answer, got in pairs]
        print(f"    {pairs[0][0]!r}\n    {pairs[0][1]!r}: {pairs[0][2]:.6f}")
        compare(f"{kind}, what the trainer saw against the server", [got for *_, got in pairs], [asked(x, y) for x, y, _ in pairs])


async def try_openrlhf():
    """Calls its rollout's executor, with a stand-in for vLLM that says what the file of baselines says."""
    from openrlhf.utils.agent import SingleTurnAgentExecutor

    # What makes samples of responses imports vLLM and its engine, neither of which turns a response into a sample.
    for name in ("vllm", "openrlhf.trainer.ray", "openrlhf.trainer.ray.vllm_engine"):
        sys.modules[name] = MagicMock()
    from openrlhf.trainer.ppo_utils.samples_generator import SamplesGenerator

    class Engine:
        def __init__(self, response):
            self.output = SimpleNamespace(token_ids=ids(response), finish_reason="stop", logprobs=None)

        async def generate(self, *_, **__):
            return SimpleNamespace(outputs=[self.output])

    executor = SingleTurnAgentExecutor(f"{URL}/get_reward")

    def roll_out(row, to=executor):
        sampling = SimpleNamespace(max_tokens=64, logprobs=None)
        return to.execute(row["prompt"], "", sampling, 512, TOKENIZER, Engine(row["responses"][0]))

    def rewards(outputs):
        samples = [SamplesGenerator.__new__(SamplesGenerator)._process_response_into_experience(x) for x in outputs]
        return [sample.rewards.item() for sample in samples], samples

    server = [asked(row["prompt"], row["responses"][0]) for row in ROWS]
    file = [on_file(row) for row in ROWS]
    got, samples = rewards([await roll_out(row) for row in ROWS[:8]])
    compare("one after the other, against the server", got, server[:8])
    print(f"    the first sample's info: { {key: round(value.item(), 6) for key, value in samples[0].info.items()} }")
    got, _ = rewards(await asyncio.gather(*(roll_out(row) for row in ROWS)))
    compare(f"{len(ROWS)} at once, against the server", got, server)
    compare(f"{len(ROWS)} at once, against the file", got, file)
    queries = [row["prompt"] + row["responses"][0] + TOKENIZER.eos_token for row in ROWS]
    prompts = [row["prompt"] for row in ROWS]
    [answer] = await executor._fetch_rewards_via_http(queries, prompts, [""] * len(ROWS))
    compare("one request of all, against the server", answer["rewards"], server)
    three = SingleTurnAgentExecutor([f"{URL}/get_reward"] * 3)
    got, _ = rewards([await roll_out(row, three) for row in ROWS[:8]])
    compare("three addresses, one sample each time, against the server", got, server[:8])
    from aiohttp import ClientSession  # what it posts with

    async with ClientSession() as session:  # a shard of nothing, which versions before 0.11.1 send to the other addresses
        async with session.post(f"{URL}/get_reward", json={"query": [], "prompts": [], "labels": []}) as reply:
            print(f"  an empty shard: {reply.status} {json.dumps(await reply.json())}")
            assert reply.status == 200


async def try_verl():
    """Calls its reward loop's worker: with verl_reward.py, and as a client of a reward model at /classify."""
    import numpy as np
    from omegaconf import OmegaConf
    from tensordict import TensorDict
    from verl import DataProto
    from verl.experimental.reward_loop import RewardLoopWorker

    config = OmegaConf.create({
        "actor_rollout_ref": {"model": {"path": str(DEMO / "sft"), "tokenizer_path": None}},
        "reward": {
            "custom_reward_function": {"path": str(HERE / "verl_reward.py"), "name": "compute_score"},
            "reward_manager": {"source": "register", "name": "naive"},
            "reward_model": {"enable": False, "model_path": str(DEMO / "reward"), "rollout": {"name": "vllm"}},
        },
    })
    tokens = [ids(row["responses"][0]) for row in ROWS]
    width = max(map(len, tokens))
    pad = lambda rows, fill: torch.tensor([row + [fill] * (width - len(row)) for row in rows])
    def column(values):
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array

    mask = pad([[1] * len(row) for row in tokens], 0)
    batch = {"prompts": mask[:, :1], "responses": pad(tokens, TOKENIZER.pad_token_id)}
    batch["attention_mask"] = torch.cat([mask[:, :1], mask], dim=1)
    data = DataProto(
        batch=TensorDict(batch, batch_size=len(ROWS)),
        non_tensor_batch={
            "raw_prompt": column([messages(row["prompt"]) for row in ROWS]),
            "data_source": column(["world"] * len(ROWS)),
            "reward_model": column([{"ground_truth": ""} for _ in ROWS]),
            "extra_info": column([{"prompt": row["prompt"]} for row in ROWS]),
        },
    )
    server = [asked(row["prompt"], row["responses"][0]) for row in ROWS]
    file = [on_file(row) for row in ROWS]
    for what, worker in [
        ("compute_score", RewardLoopWorker(config)),
        ("/classify", None),
    ]:
        if worker is None:
            config = copy.deepcopy(config)
            config.reward.custom_reward_function.path = None
            config.reward.reward_model.enable = True
            worker = RewardLoopWorker(config, reward_router_address=URL.removeprefix("http://"))
        outputs = await worker.compute_score_batch(data)
        got = [output["reward_score"] for output in outputs]
        print(f"    the first output: {outputs[0]}")
        compare(f"{what}, {len(ROWS)} at once, against the server", got, server)
        compare(f"{what}, {len(ROWS)} at once, against the file", got, file)


def main():
    shown = re.sub(r"/r/[^/]+", "/r/…", URL)
    print(f"Python {platform.python_version()}, torch {version('torch')}, transformers {version('transformers')}")
    print(f"server {shown}, {len(ROWS)} prompts of {DEMO.name}/baselines.jsonl")
    for name, run in [("trl", try_trl), ("openrlhf", lambda: asyncio.run(try_openrlhf())), ("verl", lambda: asyncio.run(try_verl()))]:
        print(f"\n{name} {version(name)}")
        run()
    print("\na prompt without a baseline, through trl_reward.py")
    try:
        print(f"  {asked('Tea?', ' Yes.')}")
    except RuntimeError as error:
        print(f"  {str(error).replace(URL, shown)}")
    print(f"\nlargest difference of all: {worst:.1e}")
    sys.exit(worst > 1e-4)


if __name__ == "__main__":
    main()
