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


def speakers(image: str) -> str:
    """User: … Assistant: …, with a blank after the colon unless an image follows, and none where a reply begins."""
    return (
        "<|im_start|>{% for message in messages %}{{ message['role'] | capitalize }}"
        "{{ ':' if message['content'][0]['type'] == 'image' else ': ' }}{% for part in message['content'] %}"
        "{{ '" + image + "' if part['type'] == 'image' else part['text'] }}{% endfor %}<end_of_utterance>\n{% endfor %}"
        "{% if add_generation_prompt %}Assistant:{% endif %}"
    )


def onevision(image: str) -> str:
    """ChatML with images first, and a blank after the role in all turns but the one that is asked for."""
    return (
        "{% for message in messages %}<|im_start|>{{ message['role'] + ' ' }}"
        "{% for part in message['content'] if part['type'] == 'image' %}" + image + "{% endfor %}"
        "{% for part in message['content'] if part['type'] == 'text' %}{{ '\n' + part['text'] }}{% endfor %}<|im_end|>"
        "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )


def glm_4(image: str) -> str:
    """GLM-4.5V and 4.6V: told not to think, it says so after the question and closes an empty thinking."""
    content = CONTENT % f"\n{image}"
    return (
        "[gMASK]<sop>{% for message in messages %}{% set content %}" + content + "{% endset %}"
        "{% if message['role'] == 'assistant' %}<|assistant|>{% set thought = '' %}"
        "{% if message.reasoning_content is string %}{% set thought = message.reasoning_content %}"
        "{% elif '</think>' in content %}{% set before, content = content.rsplit('</think>', 1) %}"
        "{% set thought = before.split('<think>')[-1] %}{% endif %}"
        "{{ '\n<think>' + thought.strip() + '</think>' }}"
        "{% if content.strip() %}{{ '\n' + content.strip() }}{% endif %}"
        "{% else %}<|{{ message['role'] }}|>\n{{ content }}"
        "{% if message['role'] == 'user' and enable_thinking is defined and not enable_thinking %}/nothink{% endif %}"
        "{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>"
        "{% if enable_thinking is defined and not enable_thinking %}{{ '\n<think></think>' }}{% endif %}{% endif %}"
    )


def gemma_4(image: str, keeps: bool = True) -> str:
    """Gemma 4: told not to think, it closes an empty channel of thoughts; thoughts inside of words are left out.

    keeps: what a turn has thought is kept where it is given by itself (vLLM's pull request 45867); the templates
    published first keep that of turns that call tools alone.
    """
    content = CONTENT % image
    kept = "thought" if keeps else "thought and message.get('tool_calls')"
    return (
        "{{ bos_token }}{% set thinks = enable_thinking is defined and enable_thinking %}"
        "{% if thinks and messages[0]['role'] != 'system' %}<|turn>system\n<|think|>\n<turn|>\n{% endif %}"
        "{% for message in messages %}{% set content %}" + content + "{% endset %}"
        "<|turn>{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n"
        "{% if message['role'] == 'system' and thinks %}<|think|>\n{% endif %}"
        "{% if message['role'] == 'assistant' %}{% set said = namespace(text='') %}"
        "{% set thought = message.get('reasoning') or message.get('reasoning_content') %}"
        "{% if " + kept + " %}{{ '<|channel>thought\n' + thought + '\n<channel|>' }}{% endif %}"
        "{% for part in content.split('<channel|>') %}"
        "{% set said.text = said.text + part.split('<|channel>')[0] %}{% endfor %}{{ said.text | trim }}"
        "{% else %}{{ content | trim }}{% endif %}<turn|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|turn>model\n{% if not thinks %}<|channel>thought\n<channel|>{% endif %}"
        "{% endif %}"
    )
