# tries: put HTML and scripts into what is printed
# must: be shown as text
import sys

MARKUP = """</pre></td></table><script>alert(1)</script><img src=x onerror=alert(1)>
<svg onload=alert(1)><iframe srcdoc="<script>1</script>"></iframe><a href="javascript:alert(1)">
<style>*{display:none}</style><meta http-equiv=refresh content="0;url=//x"><base href="//x">"""


def pixels(height, width):
    print(MARKUP)
    print(MARKUP, file=sys.stderr)
    return 0


print(MARKUP)


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
