"""Writes the fixtures of packages/ppo/exactness_test.ts: whole runs of PPO as PyTorch computes them, rollouts included.

Nothing of Tare is used: random numbers, rollouts, rewards, advantages, losses and updates are written down once more,
with transformers' Llama, autograd and AdamW. Run from the repository's root, with torch, transformers and safetensors
installed; the tests need none of them.

    python tools/export_ppo.py
"""

import copy
import json
import math
import pathlib

import torch
import transformers
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

FIXTURES = pathlib.Path("packages/ppo/fixtures")
SIZES = dict(vocab_size=19, hidden_size=8, intermediate_size=12, num_hidden_layers=1, num_attention_heads=2)
SIZES |= dict(num_key_value_heads=1, max_position_embeddings=16, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=0)
SIZES |= dict(pad_token_id=None)
PROMPTS = [[3], [4, 5], [6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16, 17]]
WORD = 2**32
ROLLOUT, PROMPT_ORDER, EPISODE_ORDER = 2, 0x990F, 0x990E  # second words of keys

GAE = dict(iterations=2, episodes=8, samplesPerPrompt=2, maxTokens=6, temperature=0.7, epochs=2, minibatches=2)
GAE |= dict(microTokens=25, learningRate=0.02, criticLearningRate=0.03, decay="linear", warmup=0, criticWarmup=0)
GAE |= dict(advantages="gae", gamma=0.97, whiten=True, clip=0.2, valueClip=0.2, entropyCoefficient=0.01)
GAE |= dict(klEstimator="k1", klCoefficient=0.1, klTarget=2, klHorizon=40, rewardScale=0.5, rewardClip=1.2)
GAE |= dict(missingEosPenalty=0.3, maxNorm=0.5, weightDecay=0.1, recompute=False, seed=5)
GAE["lambda"] = 0.9
RLOO = GAE | dict(samplesPerPrompt=4, temperature=1, epochs=1, minibatches=3, decay="constant", advantages="rloo")
RLOO |= dict(whiten=False, klEstimator="k3", rewardScale="running", maxNorm=1, seed=6)
RUNS = {"gae": GAE, "rloo": RLOO}


def philox(key, counter):
    """Philox 4x32-10 (Salmon et al., 2011)."""
    (k0, k1), (c0, c1, c2, c3) = key, counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 % WORD, (p0 >> 32) ^ c3 ^ k1, p0 % WORD
        k0, k1 = (k0 + 0x9E3779B9) % WORD, (k1 + 0xBB67AE85) % WORD
    return c0, c1, c2, c3


def permutation(count, key, place):
    """Fisher and Yates; four swaps take the four words of one block."""
    order = list(range(count))
    for i in range(count - 1):
        bits = philox(key, (*place, i // 4))[i % 4]
        j = i + bits * (count - i) // WORD
        order[i], order[j] = order[j], order[i]
    return order


def prompt_hash(tokens):
    state = (len(tokens), 0)
    for i in range(0, len(tokens), 4):
        state = philox(state, (tokens[i:i + 4] + [0, 0, 0])[:4])[:2]
    return state


def turns(config, iteration):
    """Prompts of an iteration, each with the number of its visit."""
    per = config["episodes"] // config["samplesPerPrompt"]
    for at in range(iteration * per, (iteration + 1) * per):
        visit, place = divmod(at, len(PROMPTS))
        yield permutation(len(PROMPTS), (config["seed"], PROMPT_ORDER), (visit, 0, 0))[place], visit


def states(model, prompt, tokens):
    """Hidden states before each token of a response."""
    return model.model(input_ids=torch.tensor([prompt + tokens])).last_hidden_state[0, len(prompt) - 1:-1]


def log_softmax(model, prompt, tokens, temperature):
    return (model.lm_head(states(model, prompt, tokens)) / temperature).log_softmax(-1)


def chosen(log_probs, tokens):
    return log_probs.gather(1, torch.tensor(tokens)[:, None])[:, 0]


def values_of(critic, prompt, tokens):
    return critic.score(states(critic, prompt, tokens))[:, 0]


def respond(policy, prompt, draw, config):
    """The first token whose cumulative probability exceeds the uniform number of its place."""
    tokens = []
    while len(tokens) < config["maxTokens"] and tokens[-1:] != [0]:
        place = len(prompt) + len(tokens)
        bits = philox((config["seed"], ROLLOUT), (*prompt_hash(prompt), draw, place))[0]
        cumulative = log_softmax(policy, prompt, tokens + [0], config["temperature"])[-1].exp().cumsum(0)
        tokens.append(int((cumulative > (bits >> 8) * 2.0**-24 * cumulative[-1]).nonzero()[0]))
    return tokens


def score_of(tokens):
    return sum((5 * token + 3 * t) % 7 - 2.5 for t, token in enumerate(tokens)) / 4


def divergence(log_ratio, estimator):
    return log_ratio if estimator == "k1" else (-log_ratio).exp() - 1 + log_ratio


def advantages_of(rewards, values, config):
    """Generalised advantage estimation, as a sum over all later tokens."""
    gamma, decay = config["gamma"], config["gamma"] * config["lambda"]
    deltas = rewards + gamma * torch.cat([values[1:], torch.zeros(1)]) - values
    later = [sum(decay ** (s - t) * deltas[s] for s in range(t, len(deltas))) for t in range(len(deltas))]
    return torch.stack(later)


def rollouts(policy, reference, critic, config, iteration):
    episodes = []
    for index, visit in turns(config, iteration):
        for i in range(config["samplesPerPrompt"]):
            prompt = PROMPTS[index]
            tokens = respond(policy, prompt, visit * config["samplesPerPrompt"] + i, config)
            one = {"promptId": f"prompt {index}", "promptTokens": prompt, "tokens": tokens, "score": score_of(tokens)}
            for name, model in [("logProbs", policy), ("referenceLogProbs", reference)]:
                one[name] = chosen(log_softmax(model, prompt, tokens, config["temperature"]), tokens)
            if critic:
                one["values"] = values_of(critic, prompt, tokens)
            episodes.append(one)
    return episodes


def shape(episodes, scores, coefficient, config):
    """Adds rewards, advantages and returns to the episodes; `scores` are all of the run so far."""
    scale = 1 / torch.tensor(scores).std() if config["rewardScale"] == "running" else config["rewardScale"]
    for one in episodes:
        clipped = max(-config["rewardClip"], min(config["rewardClip"], float(one["score"] * scale)))
        one["reward"] = clipped - (0 if one["tokens"][-1] == 0 else config["missingEosPenalty"])
        log_ratio = one["logProbs"] - one["referenceLogProbs"]
        one["kl"] = float(log_ratio.sum())
        one["tokenRewards"] = -coefficient * divergence(log_ratio, config["klEstimator"])
        one["tokenRewards"][-1] += one["reward"]
        if "values" in one:
            one["advantages"] = advantages_of(one["tokenRewards"], one["values"], config)
            one["returns"] = one["advantages"] + one["values"]
    if config["advantages"] == "rloo":
        for one in episodes:
            others = [x["tokenRewards"].sum() for x in episodes if x is not one and x["promptId"] == one["promptId"]]
            better = one["tokenRewards"].sum() - torch.stack(others).mean()
            one["advantages"] = better.repeat(len(one["tokens"]))
    together = torch.cat([one["advantages"] for one in episodes])
    mean, root = together.mean(), (together.var(unbiased=False) + 1e-8).sqrt()
    for one in episodes:
        one["learned"] = (one["advantages"] - mean) / root if config["whiten"] else one["advantages"]
    return float(scale)


def joined(minibatch, name):
    return torch.cat([one[name] for one in minibatch])


def policy_loss(policy, minibatch, config):
    rows = [log_softmax(policy, one["promptTokens"], one["tokens"], config["temperature"]) for one in minibatch]
    log_probs = torch.cat([chosen(row, one["tokens"]) for row, one in zip(rows, minibatch)])
    entropy = torch.cat([-(row.exp() * row).sum(-1) for row in rows]).mean()
    log_ratio, advantages = log_probs - joined(minibatch, "logProbs"), joined(minibatch, "learned")
    ratio = log_ratio.exp()
    free, clipped = -advantages * ratio, -advantages * ratio.clamp(1 - config["clip"], 1 + config["clip"])
    loss = torch.maximum(free, clipped).mean()
    return loss - config["entropyCoefficient"] * entropy, {
        "loss/policy": loss, "policy/entropy": entropy, "policy/ratio": ratio.mean(),
        "policy/approxkl": (log_ratio**2).mean() / 2, "policy/clipfrac": (clipped > free).double().mean()}


def value_loss(critic, minibatch, config):
    values = torch.cat([values_of(critic, one["promptTokens"], one["tokens"]) for one in minibatch])
    old, returns = joined(minibatch, "values"), joined(minibatch, "returns")
    free = (values - returns) ** 2
    clipped = (old + (values - old).clamp(-config["valueClip"], config["valueClip"]) - returns) ** 2
    loss = torch.maximum(free, clipped).mean() / 2
    return loss, {"loss/value": loss, "val/clipfrac": (clipped > free + 1e-12).double().mean()}


def optimizer_of(model, config):
    """Tensors of two or more dimensions decay."""
    groups = [{"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": config["weightDecay"]},
              {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.95), eps=1e-8)


def step(model, optimizer, loss, rate, config):
    for group in optimizer.param_groups:
        group["lr"] = rate
    optimizer.zero_grad()
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config["maxNorm"])
    optimizer.step()
    return norm


def minibatches(episodes, config, iteration):
    count, cuts = len(episodes), config["minibatches"]
    for epoch in range(config["epochs"]):
        order = permutation(count, (config["seed"], EPISODE_ORDER), (iteration, epoch, 0))
        for i in range(cuts):
            yield [episodes[at] for at in order[i * count // cuts:(i + 1) * count // cuts]]


def explained_variance(episodes):
    returns, values = joined(episodes, "returns"), joined(episodes, "values")
    return float(1 - (returns - values).var(unbiased=False) / returns.var(unbiased=False))


def run(config, policy, reference, critic):
    """Yields what each iteration came to, when it is done."""
    optimizers = [optimizer_of(model, config) for model in (policy, critic) if model]
    scores, coefficient = [], config["klCoefficient"]
    for iteration in range(config["iterations"]):
        with torch.no_grad():
            episodes = rollouts(policy, reference, critic, config, iteration)
            scores += [one["score"] for one in episodes]
            scale = shape(episodes, scores, coefficient, config)
        fall = 1 - iteration / config["iterations"] if config["decay"] == "linear" else 1
        updates = []
        for minibatch in minibatches(episodes, config, iteration):
            loss, numbers = policy_loss(policy, minibatch, config)
            numbers["grad_norm"] = step(policy, optimizers[0], loss, fall * config["learningRate"], config)
            if critic:
                loss, more = value_loss(critic, minibatch, config)
                norm = step(critic, optimizers[1], loss, fall * config["criticLearningRate"], config)
                numbers |= more | {"critic/grad_norm": norm}
            updates.append({name: value.item() for name, value in numbers.items()})
        kl = sum(one["kl"] for one in episodes) / len(episodes)
        known = {"kl_coefficient": coefficient, "reward_scale": scale, "learning_rate": fall * config["learningRate"],
                 "objective/kl": kl}
        if critic:
            known["val/explained_variance"] = explained_variance(episodes)
        yield {"episodes": episodes, "metrics": known, "updates": updates}
        error = max(-0.2, min(0.2, kl / config["klTarget"] - 1))
        coefficient *= 1 + error * len(episodes) / config["klHorizon"]


def check_coverage(name, iterations, config):
    """A fixture in which nothing is clipped would check no clipping."""
    episodes = [one for iteration in iterations for one in iteration["episodes"]]
    updates = [update for iteration in iterations for update in iteration["updates"]]
    ends = sum(one["tokens"][-1] == 0 for one in episodes)
    bounds = {config["rewardClip"], config["rewardClip"] - config["missingEosPenalty"],
              -config["rewardClip"], -config["rewardClip"] - config["missingEosPenalty"]}
    covered = {
        "episodes with an end token, and without": 0 < ends < len(episodes),
        "rewards at their clip, and others": 0 < sum(one["reward"] in bounds for one in episodes) < len(episodes),
        "clipped ratios": any(update["policy/clipfrac"] > 0 for update in updates),
        "clipped values": config["advantages"] == "rloo" or any(update["val/clipfrac"] > 0 for update in updates),
        "gradients above their norm, and below": 0 < sum(
            update["grad_norm"] > config["maxNorm"] for update in updates) < len(updates),
        "second visits": config["advantages"] == "rloo" or any(visit > 0 for _, visit in turns(config, 1)),
    }
    missing = [what for what, there in covered.items() if not there]
    assert not missing, f"{name} lacks {missing}"


def plain(value):
    """As JSON has it, with the digits that float32 has and two more."""
    if isinstance(value, torch.Tensor):
        return plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def build(cls, seed):
    torch.manual_seed(seed)
    config = LlamaConfig(**SIZES, **({"num_labels": 1} if cls is LlamaForSequenceClassification else {}))
    config.dtype = torch.float32
    model = cls(config).float().eval()
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1:
            torch.nn.init.normal_(parameter, mean=1.0, std=0.2)
        else:
            torch.nn.init.normal_(parameter, std=1.0 if "embed" in name else 1.2 / math.sqrt(parameter.shape[1]))
    return model


def beginnings():
    policy, critic = build(LlamaForCausalLM, 1), build(LlamaForSequenceClassification, 2)
    reference = build(LlamaForCausalLM, 1)
    torch.manual_seed(3)
    for parameter in reference.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return {"policy": policy, "reference": reference, "critic": critic}


def save(model, file):
    save_file({name: tensor.float().contiguous() for name, tensor in model.state_dict().items()}, file)


def main():
    torch.set_num_threads(1)
    FIXTURES.mkdir(parents=True, exist_ok=True)  # runs.ts, which reads all this, lies there too
    begun = beginnings()
    for name, model in begun.items():
        model.save_pretrained(FIXTURES / name)
        (FIXTURES / name / "generation_config.json").unlink(missing_ok=True)
    torch.set_default_dtype(torch.float64)
    for name, config in RUNS.items():
        models = {who: copy.deepcopy(model).double() for who, model in begun.items()}
        if name == "rloo":
            models["critic"] = None
        iterations = []
        for iteration in run(config, **models):
            iterations.append(iteration)
            for who in ["policy", "critic"]:
                if models[who]:
                    save(models[who], FIXTURES / f"{name}_{who}_{len(iterations)}.safetensors")
        check_coverage(name, iterations, config)
        result = {"config": config, "prompts": PROMPTS, "iterations": iterations}
        (FIXTURES / f"{name}.json").write_text(json.dumps(plain(result)) + "\n")
        losses = [round(update["loss/policy"], 4) for iteration in iterations for update in iteration["updates"]]
        print(f"{name}: policy losses {losses}")
    versions = {module.__name__: module.__version__ for module in (torch, transformers)}
    (FIXTURES / "versions.json").write_text(json.dumps(versions) + "\n")


if __name__ == "__main__":
    main()
