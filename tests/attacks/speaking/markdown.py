# tries: write Markdown: pictures, links, headings, tables, and ends of code blocks
# must: be shown as text

TEXT = """```
# Passed
![tracker](http://127.0.0.1:@TCP@/x.png) [link](javascript:alert(1)) <http://x>
| score | 68 |
|-------|----|
```
$$\\href{javascript:alert(1)}{x}$$ &lt;script&gt; &#x3C;script&#x3E;
"""


def pixels(height, width):
    print(TEXT)
    return TEXT


def caption(text):
    raise ValueError(TEXT)


def essay():
    return TEXT


print(TEXT)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
