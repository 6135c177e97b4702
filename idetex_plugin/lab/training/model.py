"""The embedded architecture, from scratch: Idefics3, small, with a patch embedding that starts as a cosine basis."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, model_validator
from transformers import Idefics3Config, Idefics3ForConditionalGeneration

from idetex_plugin.words.record import Record


class Architecture(Record):
    """Sizes of the model. Attention heads are 64 wide, a width that every engine supports. `views`: how many a photo
    has (see `models.views`). `luma_share`: of the filters that the patch embedding starts with (see `cosine_basis`)."""

    views: Literal[2, 3] = 2
    image_size: int = 256
    patch: int = 16
    vision_width: int = 256
    vision_layers: int = 5
    vision_inner: int = 768
    text_width: int = 256
    text_layers: int = 4
    text_inner: int = 768
    head: int = 64
    pixel_shuffle: int = 2
    max_positions: int = 1024
    luma_share: float = Field(default=0.75, gt=0, le=1)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for name in ("vision_width", "text_width"):
            if getattr(self, name) % self.head:
                raise ValueError(f"{name} {getattr(self, name)} is no multiple of head {self.head}")
        luma, most = round(self.vision_width * self.luma_share), self.patch**2
        if luma > most or self.vision_width - luma > 2 * most:
            raise ValueError(
                f"a luma_share of {self.luma_share} of {self.vision_width} filters is {luma}, but a patch has {most} "
                f"frequencies of luma and {2 * most} of colour"
            )
        return self

    @property
    def cells(self) -> int:
        """Image tokens along one side of a view."""
        return self.image_size // self.patch // self.pixel_shuffle


def build(architecture: Architecture, vocabulary_size: int, special: dict[str, int]) -> Any:
    """A freshly initialised Idefics3ForConditionalGeneration. `special`: ids named image, bos, eos, pad."""
    a = architecture
    config = Idefics3Config(
        image_token_id=special["image"],
        tie_word_embeddings=True,
        scale_factor=a.pixel_shuffle,
        pad_token_id=special["pad"],
        vision_config={
            "hidden_size": a.vision_width, "intermediate_size": a.vision_inner, "num_hidden_layers": a.vision_layers,
            "num_attention_heads": a.vision_width // a.head, "image_size": a.image_size, "patch_size": a.patch,
        },
        text_config={
            "model_type": "llama", "vocab_size": vocabulary_size, "hidden_size": a.text_width,
            "intermediate_size": a.text_inner, "num_hidden_layers": a.text_layers,
            "num_attention_heads": a.text_width // a.head, "num_key_value_heads": a.text_width // a.head,
            "max_position_embeddings": a.max_positions, "rms_norm_eps": 1e-5, "tie_word_embeddings": True,
            "bos_token_id": special["bos"], "eos_token_id": special["eos"], "pad_token_id": special["pad"],
        },
    )
    model = Idefics3ForConditionalGeneration(config)
    scaled_init(model)
    return model


def scaled_init(model: Any) -> None:
    """Linear weights with standard deviation 1/sqrt(fan in), which narrow layers need; residual outputs smaller."""
    depth = model.config.vision_config.num_hidden_layers + model.config.text_config.num_hidden_layers
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and "lm_head" not in name:
            last = name.endswith(("out_proj", "fc2", "o_proj", "down_proj"))
            torch.nn.init.normal_(module.weight, std=module.in_features**-0.5 * (depth**-0.5 if last else 1.0))


def cosine_basis(patch: int, width: int, luma_share: float) -> NDArray[np.float64]:
    """2-D DCT-II filters (width, 3, patch, patch) over all frequencies, low and high alike.

    The first luma_share of them see luma, spread evenly over the ordered frequencies; the rest see the two chroma
    differences at low frequencies.
    """
    n = np.arange(patch)
    waves = np.cos(np.pi * (2 * n[None] + 1) * n[:, None] / (2 * patch))
    order = sorted(((u, v) for u in range(patch) for v in range(patch)), key=lambda f: (f[0] ** 2 + f[1] ** 2, f))
    luma, chroma = round(width * luma_share), width - round(width * luma_share)
    mixes = np.array([[0.299, 0.587, 0.114], [-0.5, -0.5, 1.0], [1.0, -1.0, 0.0]])
    picks = [(0, order[i]) for i in np.unique(np.linspace(0, len(order) - 1, luma).round().astype(int))]
    picks += [(1 + i % 2, order[i // 2]) for i in range(chroma)]
    filters = [mixes[mix][:, None, None] * np.outer(waves[u], waves[v])[None] for mix, (u, v) in picks]
    return np.stack([f / np.linalg.norm(f) for f in filters])


def start_from_cosines(model: Any, patches: torch.Tensor, luma_share: float) -> None:
    """Set the patch embedding to the cosine basis, each filter scaled to zero mean and unit variance on `patches`.

    patches: (N, 3, patch, patch), normalised as the model's input.
    """
    embedding = model.model.vision_model.embeddings.patch_embedding
    width, _, patch, _ = embedding.weight.shape
    filters = torch.tensor(cosine_basis(patch, width, luma_share), dtype=torch.float32)
    response = torch.einsum("nchw,fchw->nf", patches, filters)
    scale = 1 / response.std(0).clamp_min(1e-4)
    with torch.no_grad():
        embedding.weight.copy_(filters * scale[:, None, None, None])
        embedding.bias.copy_(-response.mean(0) * scale)


def tower_features(model: Any, images: torch.Tensor) -> torch.Tensor:
    """What the tower makes of views (N, 3, size, size): (N, cells * cells, features), row by row, the patches of each
    cell together."""
    connector = model.model.connector
    hidden = model.model.vision_model(pixel_values=images).last_hidden_state
    return torch.as_tensor(connector.pixel_shuffle(hidden, connector.scale_factor))


def project(model: Any, looked: torch.Tensor) -> torch.Tensor:
    """Image tokens (..., text width) of what the tower made (..., features)."""
    return torch.as_tensor(model.model.connector.modality_projection(looked))
