"""Writes the small tokenizers of packages/data/tokenizer/fixtures, with ids and texts as Python's `tokenizers` gives them.

    python tools/export_tokenizers.py        needs `pip install tokenizers`; the tests need only what it has written
"""
import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, __version__, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = Path(__file__).parent.parent / "packages/data/tokenizer/fixtures"
CORPUS = [
    "the cat sat on the mat and then the cat ran to the hat",
    "How do I clean the kitchen sink? First, rinse the sink with warm water.",
    "Human: thanks! Assistant: you are welcome, and I'm glad that it's done.",
    "déjà vu, naïve café; 12 + 30 = 42",
] * 4
TEXTS = [
    "", " ", "  two  spaces  ", "the cat sat", " the cat", "How do I clean the sink?\n\nFirst, rinse it.", "\n\n\ttabs\n",
    "I'm it's we'll", "déjà vu café", "e\u0301 and é", "12 + 30 = 42", "emoji 🙂👩‍👩‍👧 and 漢字", "\ufeffmark", "the</s>cat", "<s>the cat</s> sat",
    "a . b , c ! d n't", "thethethe cat\u00a0sat",
]
SPECIAL = ["<unk>", "<s>", "</s>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
TURNS = (
    "{{ bos_token }}{% for message in messages %}{% if message.role == 'system' and not loop.first %}"
    "{{ raise_exception('a system message comes first') }}{% endif %}"
    "[{{ message.role }}] {{ message.content | trim }}{{ eos_token if message.role == 'assistant' else '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}"
)


def around(tokenizer):
    begin = tokenizer.token_to_id("<s>")
    return processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", begin)])


def byte_level():
    """GPT-2's kind, with a space in front of every text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, SPECIAL[1:], 340, pre_tokenizers.ByteLevel.alphabet())
    return tokenizer


def qwen():
    """Qwen's kind: NFC, a pattern of its own, bytes."""
    tokenizer = Tokenizer(models.BPE())
    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    train(tokenizer, SPECIAL[1:], 340, pre_tokenizers.ByteLevel.alphabet())
    return tokenizer


def fallback_decoder():
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    return decoders.Sequence(steps)


def llama():
    """Llama 2's kind: spaces become ▁, one is put in front, what is in no token becomes bytes."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = fallback_decoder()
    train(tokenizer, SPECIAL + BYTES, 400)
    tokenizer.post_processor = around(tokenizer)
    return tokenizer


def metaspace():
    """Mistral's kind: the space in front of the first section only, and done by the pre-tokenizer."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = fallback_decoder()
    train(tokenizer, SPECIAL + BYTES, 400)
    tokenizer.post_processor = around(tokenizer)
    return tokenizer


def words():
    """A closed list of words, each with the space in front of it."""
    pieces = ["the", " the", " cat", " sat", " on", " mat", ".", "?", "\n", " "]
    vocabulary = {piece: id for id, piece in enumerate(SPECIAL + pieces)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r" ?\w+| |\n|."), "isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def train(tokenizer, special, size, alphabet=()):
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=list(alphabet), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)


def write(name, tokenizer, config, files=()):
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["content"] not in BYTES]
    save(folder / "tokenizer.json", data)
    save(folder / "tokenizer_config.json", config)
    for file, content in files:
        (folder / file).write_text(content)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    cases = []
    for text in TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        special = tokenizer.encode(text).ids
        cases.append({
            "text": text, "ids": ids, "special": special,
            "decoded": tokenizer.decode(ids), "decodedSpecial": tokenizer.decode(special, skip_special_tokens=False),
        })
    save(folder / "expected.json", {"tokenizers": __version__, "vocabulary": tokenizer.get_vocab_size(), "cases": cases})


def save(path, data):
    lines = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    path.write_text(lines + "\n")


tokens = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
ends = json.dumps({"eos_token_id": [2, 1]}) + "\n"
plain = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": True}
write("byte_level", byte_level(), {**plain, "eos_token": {"__type": "AddedToken", "content": "</s>"}, "chat_template": TURNS})
write("qwen", qwen(), {**plain, "eos_token": "</s>", "pad_token": "<s>"})
write("llama", llama(), {**plain, **tokens, "chat_template": "unused"}, [("chat_template.jinja", TURNS), ("generation_config.json", ends)])
write("metaspace", metaspace(), {**plain, **tokens})
named = [{"name": "tool_use", "template": "unused"}, {"name": "default", "template": TURNS}]
write("words", words(), {**plain, **tokens, "chat_template": named})
