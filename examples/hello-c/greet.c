#include "greet.h"

#include <stdio.h>

int greet(const char *whom)
{
	return printf("Hello from %s, built inside the sandbox.\n", whom) < 0;
}
