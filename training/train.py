"""Trains the demonstration model from nothing: `python -m training.train`.

Runs on one thread, writes a checkpoint every few minutes and goes on from the last one.
"""

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.batches import Batch, batches, pack_pictures
from training.checkpoint_files import write_checkpoint_files
from training.dialogues import Shown
from training.grids import patches_of
from training.mixes import EVERYTHING, TAUGHT, Mix
from training.network import Network
from training.outside_pictures import OUTSIDE_KINDS
from training.pictures import sample_ratio
from training.probe import Probe, ProbeResult
from training.prompts import draw_picture
from training.schedule import Plan
from training.world import Scene, sample_scene

SEED: Final = 20


@dataclass
class Run:
    """Everything a checkpoint restores."""

    network: Network
    probe: Probe
    optimizers: list[torch.optim.Optimizer]
    rng: random.Random
    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    averages: dict[str, list[float]] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Writes a checkpoint that appears whole or not at all."""
        state = {
            "network": self.network.state_dict(),
            "probe": self.probe.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "rng": self.rng.getstate(),
            "step": self.step,
            "seconds": self.seconds,
            "tokens": self.tokens,
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)

    def restore(self, path: Path) -> None:
        """Takes over a checkpoint of this project's own."""
        state = torch.load(path, weights_only=False)
        self.network.load_state_dict(state["network"])
        self.probe.load_state_dict(state["probe"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.rng.setstate(state["rng"])
        self.step, self.seconds, self.tokens = state["step"], state["seconds"], state["tokens"]

    def note(self, **values: float) -> None:
        """Adds figures to the averages of the next report."""
        for name, value in values.items():
            self.averages.setdefault(name, []).append(value)

    def report(self) -> str:
        """One line of averages since the last report."""
        means = {name: sum(values) / len(values) for name, values in self.averages.items()}
        self.averages.clear()
        figures = " ".join(f"{name} {mean:.4f}" for name, mean in means.items())
        return f"step {self.step} {self.seconds:.0f} s {self.tokens / 1e6:.2f} M tokens {figures}"


def start_run(config: dict[str, Any], tokenizer: Tokenizer) -> Run:
    """A run at step 0; the first group of each optimizer belongs to the vision tower."""
    torch.manual_seed(SEED)
    network = Network(config)
    probe = Probe(tokenizer, config["text_config"]["hidden_size"])
    matrices: tuple[list[nn.Parameter], ...] = ([], [])
    others: tuple[list[nn.Parameter], ...] = ([*probe.parameters()], [])
    for name, parameter in network.named_parameters():
        is_inner = any(part in name for part in ("layers", "blocks", "merger"))
        kind = matrices if parameter.ndim == 2 and is_inner else others
        kind[0 if name.startswith("visual.") else 1].append(parameter)
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(_groups(others), betas=(0.9, 0.98), weight_decay=0.01),
        torch.optim.Muon(
            _groups(matrices), weight_decay=0.05, momentum=0.95, adjust_lr_fn="match_rms_adamw"
        ),
    ]
    return Run(network, probe, optimizers, random.Random(SEED))


def _groups(parameters: tuple[list[nn.Parameter], ...]) -> list[dict[str, Any]]:
    return [{"params": members} for members in parameters]


def vision_step(run: Run, plan: Plan) -> Tensor:
    """The loss of one batch of pictures alone."""
    shown = [_sample_shown(run.rng) for _ in range(plan.pictures_per_step)]
    cut = [patches_of(draw_picture(picture, run.rng, (48, 400))) for picture in shown]
    pictures = pack_pictures(shown, [patches for patches, _ in cut], [grid for _, grid in cut])
    seen, _ = run.network.visual(pictures.batch)
    result = run.probe(seen, pictures, run.network.embed_tokens.weight)
    _note_probe(run, result)
    return result.loss


def _sample_shown(rng: random.Random) -> Shown:
    scene = sample_scene(rng, "train")
    if rng.random() < 0.12:
        scene = Scene("white", outside=rng.choice(OUTSIDE_KINDS["train"]))
    return Shown(scene, sample_ratio(rng))


def _note_probe(run: Run, result: ProbeResult) -> None:
    run.note(probe=result.loss.item(), **result.accuracy)


def dialogue_step(run: Run, batch: Batch, probe_weight: float) -> Tensor:
    """The loss of one batch of dialogues."""
    run.tokens += batch.ids.numel()
    packed = batch.pictures.batch if batch.pictures else None
    hidden, seen, bound, measured = run.network.hidden(
        batch.ids, batch.positions, batch.image_tokens, packed
    )
    wanted = batch.ids[:, 1:][batch.is_answer[:, 1:]]
    logits = run.network.logits(hidden[:, :-1][batch.is_answer[:, 1:]])
    loss = functional.cross_entropy(logits, wanted)
    run.note(loss=loss.item(), right=(logits.argmax(-1) == wanted).float().mean().item())
    if batch.pictures:
        words = run.network.embed_tokens.weight
        result = run.probe(seen, batch.pictures, words)
        _note_probe(run, result)
        binding = run.probe.ordinal(bound, batch.ordinals, words)
        edges = run.probe.edges(measured, batch)
        meant = run.probe.meanings(measured, batch, words)
        run.note(**binding.accuracy, **edges.accuracy, **meant.accuracy)
        loss = loss + probe_weight * (result.loss + binding.loss + edges.loss + meant.loss)
    return loss


def apply_gradients(run: Run, loss: Tensor, vision_rate: float, text_rate: float) -> None:
    """One step of both optimizers at those learning rates."""
    for optimizer in run.optimizers:
        optimizer.zero_grad()
        for group, rate in zip(optimizer.param_groups, (vision_rate, text_rate), strict=True):
            group["lr"] = rate
    loss.backward()
    used = [parameter for parameter in run.network.parameters() if parameter.grad is not None]
    nn.utils.clip_grad_norm_(used, 1.0)
    for optimizer in run.optimizers:
        optimizer.step()


@torch.no_grad()
def exact_share(run: Run, tokenizer: Tokenizer, mix: Mix, batch_count: int) -> float:
    """The share of validation answers with every token right, earlier answers given."""
    source = batches(random.Random(4242), "validation", mix, tokenizer, 4_000)
    hits: list[bool] = []
    for _, batch in zip(range(batch_count), source, strict=False):
        packed = batch.pictures.batch if batch.pictures else None
        hidden, *_ = run.network.hidden(batch.ids, batch.positions, batch.image_tokens, packed)
        right = run.network.logits(hidden[:, :-1]).argmax(-1) == batch.ids[:, 1:]
        for is_answer, is_right in zip(batch.is_answer[:, 1:], right, strict=True):
            marked = is_answer.int()
            turns = torch.cumsum(functional.relu(marked.diff(prepend=torch.zeros(1).int())), 0)
            wrong = set(turns[is_answer & ~is_right].tolist())
            hits += [turn not in wrong for turn in set(turns[is_answer].tolist())]
    return sum(hits) / len(hits)


def train(run: Run, plan: Plan, tokenizer: Tokenizer, folder: Path) -> None:
    """Runs to the plan's last step, saving on the way."""
    source: Iterator[Batch] = iter(())
    mix: Mix | None = None
    started = time.monotonic() - run.seconds
    while run.step < plan.last_step:
        run.network.resting = plan.resting_at(run.step)
        share = plan.rate_at(run.step)
        rate = plan.learning_rate * share
        if run.step < plan.vision_steps:
            loss = vision_step(run, plan)
        else:
            if mix is not plan.mix_at(run.step):
                mix = plan.mix_at(run.step)
                tokens = plan.tokens_at(run.step)
                source = batches(run.rng, "train", mix, tokenizer, tokens)
            loss = dialogue_step(run, next(source), plan.probe_weight * share)
        apply_gradients(run, loss, rate * plan.vision_rate_at(run.step), rate)
        run.step += 1
        run.seconds = time.monotonic() - started
        if run.step % 50 == 0:
            print(run.report(), f"rate {share:.3f}", flush=True)
        if run.step % plan.save_every == 0 or run.step == plan.last_step:
            run.save(folder / "last.pt")
            if run.step > plan.vision_steps:
                exact = exact_share(run, tokenizer, EVERYTHING, 12)
                print(f"step {run.step} validation {exact:.4f}", flush=True)
            if run.step > plan.more_at:
                exact = exact_share(run, tokenizer, TAUGHT, 8)
                print(f"step {run.step} validation of the last stage {exact:.4f}", flush=True)


def main() -> None:
    """Trains, or goes on training, and writes the finished checkpoint folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/demo-training"))
    parser.add_argument("--tune", type=Path, help="learn the last stage on this checkpoint")
    parser.add_argument("--out", type=Path, default=Path("core/demo/model"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    plan = Plan()
    folder: Path = arguments.work
    tokenizer, config = write_checkpoint_files(folder / "files")
    run = start_run(config, tokenizer)
    if (folder / "last.pt").exists():
        run.restore(folder / "last.pt")
    elif arguments.tune:
        run.network.load(arguments.tune / "model.safetensors")
        run.step = plan.more_at
    print(f"seed {SEED}, torch {torch.__version__}", flush=True)
    parameters = sum(parameter.numel() for parameter in run.network.parameters())
    print(f"{parameters} parameters, step {run.step} of {plan.last_step}", flush=True)
    train(run, plan, tokenizer, folder)
    write_checkpoint_files(arguments.out)
    weights = arguments.out / "model.safetensors"
    run.network.save(weights, torch.bfloat16)
    weights.chmod(0o644)


if __name__ == "__main__":
    main()
