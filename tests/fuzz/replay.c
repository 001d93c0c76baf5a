/* replay.c - gives each file named on the command line to a fuzz target: corpora and old crashes as ordinary tests. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_INPUT (64u << 20)

int main(int argc, char **argv)
{
	uint8_t *data = malloc(MAX_INPUT);
	if (!data)
		return 2;
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f) {
			perror(argv[i]);
			return 2;
		}
		size_t size = fread(data, 1, MAX_INPUT, f);
		fclose(f);
		/* A block of exactly this size, so that the sanitizer sees one byte too far. */
		uint8_t *exact = malloc(size ? size : 1);
		if (!exact)
			return 2;
		for (size_t k = 0; k < size; k++)
			exact[k] = data[k];
		LLVMFuzzerTestOneInput(exact, size);
		free(exact);
	}
	free(data);
	printf("%d passed, 0 failed\n", argc - 1);
	return 0;
}
