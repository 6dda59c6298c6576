"""Iterations of TRL's PPO for the sizes of `bench/ppo.ts`, which starts it: a JSON line of seconds comes out.

    python ppo_peer.py PROMPTS PROMPT_TOKENS MAX_TOKENS EPOCHS ITERATIONS THREADS

Needs torch, transformers, datasets, tokenizers and trl (1.10.0, whose PPO is in trl.experimental).
"""

import json
import sys
import tempfile
import time

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import GPT2Config, GPT2ForSequenceClassification, GPT2LMHeadModel, PreTrainedTokenizerFast
from transformers import TrainerCallback
from trl.experimental.ppo import PPOConfig, PPOTrainer

prompts, prompt_tokens, max_tokens, epochs, iterations, threads = map(int, sys.argv[1:])
torch.set_num_threads(threads)
torch.manual_seed(1)
vocabulary = 4096
pad = vocabulary - 1
words = Tokenizer(WordLevel({f"t{i}": i for i in range(vocabulary)}, unk_token="t0"))
tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token=f"t{pad}", eos_token=f"t{pad}", padding_side="left")
config = GPT2Config(  # gpt-5m of apps/cli/shapes.ts; dropout none, and no token ends a response
    vocab_size=vocabulary, n_positions=1024, n_embd=256, n_layer=4, n_head=8, n_inner=1024, num_labels=1,
    resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, pad_token_id=pad, bos_token_id=None, eos_token_id=None,
)
policy, reference = GPT2LMHeadModel(config), GPT2LMHeadModel(config)
reference.load_state_dict(policy.state_dict())
rows = [
    {"input_ids": [(7919 * i + 104729 * t + t * t) % pad for t in range(prompt_tokens)]}
    for i in range(prompts * (iterations + 1))
]
ends = [time.perf_counter()]


class Clock(TrainerCallback):
    def on_step_end(self, *args, **kwargs):
        ends.append(time.perf_counter())


with tempfile.TemporaryDirectory() as folder:
    trainer = PPOTrainer(
        args=PPOConfig(
            output_dir=folder, use_cpu=True, bf16=False, report_to="none", save_strategy="no", disable_tqdm=True,
            per_device_train_batch_size=prompts, gradient_accumulation_steps=1, num_mini_batches=1,
            local_rollout_forward_batch_size=prompts, num_sample_generations=0, gradient_checkpointing=False,
            total_episodes=prompts * (iterations + 1), num_ppo_epochs=epochs, response_length=max_tokens,
            temperature=1.0, learning_rate=1e-5, seed=1,
        ),
        processing_class=tokenizer, model=policy, ref_model=reference,
        reward_model=GPT2ForSequenceClassification(config), value_model=GPT2ForSequenceClassification(config),
        train_dataset=Dataset.from_list(rows), eval_dataset=Dataset.from_list(rows[:1]), callbacks=[Clock()],
    )
    ends[:] = [time.perf_counter()]
    output = sys.stdout
    sys.stdout = sys.stderr  # the trainer prints
    trainer.train()
    sys.stdout = output
print(json.dumps([after - before for before, after in zip(ends, ends[1:])][1:]))  # the first one warms up
