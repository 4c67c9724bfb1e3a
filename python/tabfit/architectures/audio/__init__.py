"""Models that read or make sound: a module for each family of layers.

In: a config's keys. Out: an architecture's body, for `architectures.build`; each module offers
`FAMILIES`, from model types to bodies and heads, and is imported when one of its types is read.
Figures of tests/data/ hold them to what transformers builds.

    whisper                                an encoder over frames, a decoder that writes
    cohere_asr  parakeet  granite_speech   other transcribers, over conformers
    conformer                              Gemma's audio encoder
    wav2vec2  wav2vec2_bert                speech from the wave, and from a spectrogram
    clap                                   sounds and words in one space
    codecs                                 sound as a few numbers a second, and back
    musicgen  speecht5  vits               music and voices made

Imports `model.blocks`, `architectures.config_keys`, `family` and `heads`, and decoders where
sound meets text.
"""
