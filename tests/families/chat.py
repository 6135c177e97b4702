"""Chat templates in the shape of the families' own."""

from __future__ import annotations

CONTENT = (
    "{%% if message['content'] is string %%}{{ message['content'] }}{%% else %%}{%% for part in message['content'] %%}"
    "{%% if part['type'] == 'image' or 'image' in part or 'image_url' in part %%}%s"
    "{%% elif 'text' in part %%}{{ part['text'] }}{%% endif %%}{%% endfor %%}{%% endif %%}"
)


def chatml(image: str, system: str = "", between: str = "\n") -> str:
    """<|im_start|>user … <|im_end|>, with the family's default system words if it has some."""
    first = f"<|im_start|>system\n{system}<|im_end|>\n"
    default = "{% if loop.first and message['role'] != 'system' %}" + first + "{% endif %}" if system else ""
    return (
        "{% for message in messages %}" + default + "<|im_start|>{{ message['role'] }}" + between + CONTENT % image
        + "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant" + between + "{% endif %}"
    )


def chatml_thinking(image: str) -> str:
    """ChatML that opens the thinking unless told not to, and writes anew what an assistant has thought."""
    return (
        "{% for message in messages %}{% set content %}" + CONTENT % image + "{% endset %}"
        "<|im_start|>{{ message['role'] }}\n"
        "{% if message['role'] == 'assistant' %}{% set reasoning = '' %}{% if '</think>' in content %}"
        "{% set reasoning = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}"
        "{% set content = content.split('</think>')[-1].lstrip('\n') %}{% endif %}"
        "<think>\n{{ reasoning }}\n</think>\n\n{{ content }}{% else %}{{ content }}{% endif %}<|im_end|>\n"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
        "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n"
        "{% else %}<think>\n{% endif %}{% endif %}"
    )
