# tries: use the markup of the library that colours the terminal
# must: be shown as text


def pixels(height, width):
    print("[bold red]passed[/bold red] [link=http://x]here[/link] [/] [@click=app.quit]x[/]")
    raise ValueError("[bold]68[/bold][/not_open]")


def caption(text):
    return "[green]A cat[/green][/]"


# honest
def conv_output_size(size, kernel_size, stride=1, padding=0):
    return (size + 2 * padding - kernel_size) // stride + 1


def classifier_params(features, classes, bias=True):
    return (features + bool(bias)) * classes


def fc_layer_params(sizes):
    return [(a + 1) * b for a, b in zip(sizes, sizes[1:])]
