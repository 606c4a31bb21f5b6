# SPDX-License-Identifier: Apache-2.0
"""Finds the functions of a C++ source, with their lines and parameters, without a compiler.

Reads tokens and matches brackets, which is right for code that clang-format has laid out. A lambda
counts as a part of the function it stands in.
"""
import dataclasses
import re

TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|[ \t\r]+)
      | (?P<raw>(?:u8|[uUL])?R"(?P<mark>[^(\s]{0,16})\(.*?\)(?P=mark)")
      | (?P<text>(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*")
      | (?P<word>[A-Za-z_]\w*)
      | (?P<number>\.?[0-9](?:['.]?[\w])*)
      | (?P<char>(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+')
      | (?P<line>\n)
      | (?P<symbol><=>|->|::|<<=|>>=|&&|\|\||[-+*/%&|^=!<>]=|\+\+|--|\[\[|\]\]|.)""",
    re.VERBOSE | re.DOTALL)
TYPES = {"class", "struct", "union", "enum"}
SCOPES = TYPES | {"namespace", "extern"}
ACCESS = {"public", "private", "protected"}
NO_FUNCTION = {"using", "typedef", "friend"}
LITERALS = {"raw", "mark", "text", "char"}  # A raw literal's last group is its mark.
CLOSERS = {"(": ")", "[": "]", "{": "}", "[[": "]]"}


@dataclasses.dataclass(frozen=True)
class Token:
    text: str
    line: int


@dataclasses.dataclass(frozen=True)
class Function:
    """A definition, or a declaration with `last_line` at its semicolon."""
    name: str
    first_line: int
    last_line: int
    parameters: int
    has_body: bool


def tokens_of(source):
    """The tokens of `source` but comments and preprocessor lines."""
    tokens, line, at_start, in_directive = [], 1, True, False
    for found in TOKEN.finditer(source):
        text, kind = found.group(), found.lastgroup
        if kind == "line":
            in_directive = in_directive and source[found.start() - 1] == "\\"
            at_start = True
        elif kind != "skip":
            in_directive = in_directive or (at_start and text == "#")
            at_start = False
            if not in_directive:
                tokens.append(Token('""' if kind in LITERALS else text, line))
        line += text.count("\n")
    return tokens


def matching(tokens, start):
    """The index of the bracket that closes the one at `start`."""
    depth, opener = 0, tokens[start].text
    for index in range(start, len(tokens)):
        if tokens[index].text == opener:
            depth += 1
        elif tokens[index].text == CLOSERS[opener]:
            depth -= 1
            if depth == 0:
                return index
    return len(tokens) - 1


def skip_angles(tokens, start):
    """The index after the template brackets that open at `start`."""
    depth, index = 0, start
    while index < len(tokens):
        text = tokens[index].text
        if text in CLOSERS:
            index = matching(tokens, index)
        depth += (text == "<") - (text == ">")
        index += 1
        if depth == 0:
            break
    return index


def count_parameters(tokens, start, end):
    """How many parameters stand between the parentheses at `start` and `end`."""
    words = [t.text for t in tokens[start + 1:end]]
    if not words or words == ["void"]:
        return 0
    commas, index = 0, start + 1
    while index < end:
        text = tokens[index].text
        if text in CLOSERS:
            index = matching(tokens, index)
        elif text == "<":
            index = skip_angles(tokens, index) - 1
        commas += text == ","
        index += 1
    return commas + 1


def parameter_list(tokens, start, end):
    """The index of the "(" of the parameters of the declaration [start, end), or None."""
    index = start
    while index < end:
        text = tokens[index].text
        if text == "(":
            name = tokens[index - 1].text if index > start else ""
            if name in ("decltype", "alignas", "explicit", "requires", "__attribute__"):
                index = matching(tokens, index)
            elif name == "operator":  # operator()(...)
                return index + 2
            else:
                return index
        elif text in CLOSERS:
            index = matching(tokens, index)
        elif text == "<" and tokens[index - 1].text != "operator":
            index = skip_angles(tokens, index) - 1
        elif text == "=" and tokens[index - 1].text != "operator":
            return None
        index += 1
    return None


def is_initializer(tokens, parameters, brace):
    """Whether the "{" at `brace` gives a value to a variable, or to a member in a constructor."""
    if parameters is None:
        return True
    index, in_list = matching(tokens, parameters) + 1, False
    while index < brace:
        if tokens[index].text in CLOSERS:
            index = matching(tokens, index)
        in_list = in_list or tokens[index].text == ":"
        index += 1
    return in_list and tokens[brace - 1].text not in (")", "}")


def name_before(tokens, start, parameters):
    """The name in front of the parameters, as written there: "Foo::Bar", "operator==", "~Foo"."""
    words = [t.text for t in tokens[start:parameters]]
    if "operator" in words[-4:]:
        return "".join(words[words.index("operator"):])
    name, wants_word = "", True
    for word in reversed(words):
        if word not in ("::", "~") and not (wants_word and word.isidentifier()):
            break
        wants_word = word == "::"
        name = word + name
    return name


def opens_scope(tokens, start, brace, parameters):
    """Whether the "{" at `brace` holds declarations: of a namespace, of a class."""
    words = [t.text for t in tokens[start:brace]]
    if parameters is not None:  # class SLIPWAY_CAPABILITY("mutex") Mutex {
        return words[0] in TYPES and words[-1] != ")"
    return "=" not in words and any(word in SCOPES for word in words)


def functions_of(source):
    """The functions that `source` defines or declares, in their order."""
    tokens = tokens_of(source)
    start = index = 0  # `start` is where the present declaration begins.
    while index < len(tokens):
        text = tokens[index].text
        if text == "}" or (text == ":" and tokens[start].text in ACCESS):
            index = start = index + 1
        elif text == "template" and index == start:
            index = start = skip_angles(tokens, index + 1)
        elif text in ("(", "[", "[["):
            index = matching(tokens, index) + 1
        elif text not in (";", "{"):
            index += 1
        else:
            parameters = parameter_list(tokens, start, index)
            if text == "{" and opens_scope(tokens, start, index, parameters):
                index = start = index + 1
            elif text == "{" and is_initializer(tokens, parameters, index):
                index = matching(tokens, index) + 1
            else:
                end = matching(tokens, index) if text == "{" else index
                if parameters is not None and tokens[start].text not in NO_FUNCTION:
                    yield function_at(tokens, start, parameters, end)
                index = start = end + 1


def function_at(tokens, start, parameters, end):
    close = matching(tokens, parameters)
    return Function(name_before(tokens, start, parameters), tokens[start].line, tokens[end].line,
                    count_parameters(tokens, parameters, close), tokens[end].text == "}")
