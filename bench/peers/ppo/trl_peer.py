"""TRL's PPO trainer as a peer: one iteration for each line on standard input.

    python trl_peer.py FOLDER THREADS

FOLDER holds `policy`, `critic` and `reward`, checkpoints of transformers, and `workload.json`. TRL has dropped its trainer
since; the last release that has it is 1.10 (`pip install "trl==1.10.0"`).
"""

import json
import os
import sys
import time

os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models
from transformers import GPT2ForSequenceClassification, GPT2LMHeadModel, PreTrainedTokenizerFast, TrainerCallback
from trl.experimental.ppo import PPOConfig, PPOTrainer
from trl.experimental.ppo import ppo_trainer

folder, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
workload = json.load(open(f"{folder}/workload.json"))
answers = os.fdopen(os.dup(1), "w")  # what the trainer prints goes elsewhere
os.dup2(2, 1)

vocabulary = {f"t{i}": i for i in range(workload["vocabulary"])}
last = f"t{workload['vocabulary'] - 1}"
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=Tokenizer(models.WordLevel(vocabulary, unk_token=last)), pad_token=last, eos_token=last
)


def load(kind, name):
    model = kind.from_pretrained(f"{folder}/{name}", dtype=torch.float32)
    model.config.pad_token_id = tokenizer.pad_token_id
    return model


generation = {"seconds": 0.0}
generate = ppo_trainer.batch_generation


def timed_generation(*args, **kwargs):
    began = time.perf_counter()
    result = generate(*args, **kwargs)
    generation["seconds"] += time.perf_counter() - began
    return result


ppo_trainer.batch_generation = timed_generation


class OneByOne(TrainerCallback):
    """Waits for a line before each iteration, and answers after it."""

    def wait(self):
        if not sys.stdin.readline():
            os._exit(0)
        generation["seconds"] = 0.0
        self.began = time.perf_counter()

    def on_train_begin(self, args, state, control, **kwargs):
        self.wait()

    def on_step_end(self, args, state, control, **kwargs):
        seconds = time.perf_counter() - self.began
        metrics = {k: v for k, v in state.log_history[-1].items() if isinstance(v, (int, float))}
        print(json.dumps({"ms": 1000 * seconds, "rolloutMs": 1000 * generation["seconds"], "metrics": metrics}),
              file=answers, flush=True)
        self.wait()


rows = workload["prompts"]
iterations = 1000  # as many as there are lines
trainer = PPOTrainer(
    args=PPOConfig(
        output_dir=f"{folder}/trl",
        per_device_train_batch_size=len(rows),
        gradient_accumulation_steps=1,
        num_mini_batches=1,
        num_ppo_epochs=workload["epochs"],
        local_rollout_forward_batch_size=len(rows),
        response_length=workload["newTokens"],
        total_episodes=iterations * len(rows),
        temperature=1.0,
        kl_coef=0.05,
        learning_rate=workload["learningRate"],
        num_sample_generations=0,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        logging_steps=1,
        disable_tqdm=True,
    ),
    processing_class=tokenizer,
    model=load(GPT2LMHeadModel, "policy"),
    ref_model=load(GPT2LMHeadModel, "policy"),
    reward_model=load(GPT2ForSequenceClassification, "reward"),
    value_model=load(GPT2ForSequenceClassification, "critic"),
    train_dataset=Dataset.from_list([{"input_ids": row} for row in rows]),
    eval_dataset=Dataset.from_list([{"input_ids": row} for row in rows]),
    callbacks=[OneByOne()],
)
trainer.train()
