#include "model/layers.h"

#include <stddef.h>

const struct layer_row layer_rows[LAYERS] = {
#define LAYER(id, name, what, lost, remedy) [LAYER_##id] = {name, what, lost, remedy},
#include "model/layers.def"
#undef LAYER
};
