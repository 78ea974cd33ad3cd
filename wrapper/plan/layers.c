/*
 * layers: what this run is made of. Everything, unless there is nothing for it to do.
 */
#include "model/layers.h"
#include "plan/parts.h"

void plan_layers(struct builder *b)
{
	uint32_t wanted = LAYERS_NAMESPACES | LAYER_BIT(VIEW) | LAYER_BIT(KEEPER) | LAYERS_INNER;
	const struct mount *m;
	unsigned i;

	if (network_wanted(&b->plan->net))
		wanted |= LAYER_BIT(NETWORK);
	for (i = 0; i < LIMITS; i++)
		if (b->plan->limits.v[i].set)
			wanted |= LAYER_BIT(LIMITS);
	vec_each (m, &b->plan->mounts)
		if (m->held)
			wanted |= LAYER_BIT(HELD);
	b->plan->layers = wanted;
}
