package main

import "math/rand"

func podArea(p *probe, s seedTexts) area {
	return area{"pod", 0, nil, func(r *rand.Rand) question { return question{} }}
}
func podYAMLArea(p *probe, s seedTexts) area {
	return area{"podyaml", 0, nil, func(r *rand.Rand) question { return question{} }}
}
