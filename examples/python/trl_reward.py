"""Contrastive rewards from a Tare server, as a reward function for TRL's GRPOTrainer.

    GRPOTrainer(model, reward_funcs=contrastive_reward, ...)                                # prompts are texts
    GRPOTrainer(model, reward_funcs=partial(contrastive_reward, tokenizer=tokenizer), ...)  # prompts are messages

TARE_URL says where the server is. A prompt must be, to the character, one that the server has a baseline for: messages are
rendered with the tokenizer's chat template, as `tare sample` renders them.
"""
import json
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen


def contrastive_reward(prompts, completions, tokenizer=None, log_extra=None, log_metric=None, **columns):
    """Returns r(x, y) - b(x) for each completion; TRL's tables get the raw rewards and baselines, its metrics their means."""
    if not isinstance(prompts[0], str):
        prompts = [tokenizer.apply_chat_template(x, tokenize=False, add_generation_prompt=True) for x in prompts]
        completions = [y[0]["content"] for y in completions]
    body = {"query": [x + y for x, y in zip(prompts, completions)], "prompts": prompts}
    url = os.environ.get("TARE_URL", "http://127.0.0.1:8377") + "/get_reward"
    try:
        with urlopen(Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"}), timeout=180) as reply:
            answer = json.load(reply)
    except HTTPError as error:
        raise RuntimeError(f"The server answered {error.code}: {error.read().decode()}") from None
    for name, values in answer["extra_logs"].items():
        if log_extra:
            log_extra(name, values)
        if log_metric:
            log_metric(f"tare/{name}", sum(values) / len(values))
    return answer["rewards"]
