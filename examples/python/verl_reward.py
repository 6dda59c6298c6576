"""Contrastive rewards from a Tare server, as a reward function for verl.

    python3 -m verl.trainer.main_ppo reward.custom_reward_function.path=verl_reward.py ...

(`custom_reward_function.path` and `.name=compute_score` in older versions.)

verl passes a reward function the response, not the prompt: its reward managers keep `raw_prompt` to themselves. So every row
of the dataset carries the prompt as text in `extra_info["prompt"]`, rendered as the policy sees it, which is to the character
one that the server has a baseline for:

    extra_info["prompt"] = tokenizer.apply_chat_template(row["prompt"], tokenize=False, add_generation_prompt=True)

`data_source` and `reward_model["ground_truth"]` must be there for verl's sake, with any value. TARE_URL says where the server is.
"""
import json
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def compute_score(data_source, solution_str, ground_truth, extra_info=None, **kwargs):
    """Returns r(x, y) - b(x) as the score, with the raw reward beside it."""
    prompt = extra_info["prompt"]
    body = {"query": [prompt + solution_str], "prompts": [prompt]}
    url = os.environ.get("TARE_URL", "http://127.0.0.1:8377") + "/get_reward"
    try:
        with urlopen(Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"}), timeout=180) as reply:
            answer = json.load(reply)
    except HTTPError as error:
        raise RuntimeError(f"The server answered {error.code}: {error.read().decode()}") from None
    return {"score": answer["rewards"][0], "raw_reward": answer["extra_logs"]["raw_reward"][0]}
