import OctetData
import OctetDiagnostics
import Testing

@Suite struct PreprocessingTests {
  @Test(arguments: [
    "", "scale=1/256", "scale=0.00390625", "scale=1/256,mean=0.5,std=0.25", "mean=104:117:123",
    "scale=1/255,mean=0.485:0.456:0.406,std=0.229:0.224:0.225", "std=1e-3", "mean=-1", "scale=1",
    "mean=1/2:1/3,std=2", "scale=1.0", "resize=letterbox", "channels=gray",
    "scale=1/255,mean=1:2:3,resize=crop,channels=bgr",
  ])
  func textRoundTrips(_ text: String) throws {
    #expect(try Preprocessing(text).text == text)
    #expect(try Preprocessing(Preprocessing(text).text) == Preprocessing(text))
  }

  @Test func canonicalOrderAndSpaces() throws {
    #expect(
      try Preprocessing(" std = 2 : 3 , scale = 1 / 256 ").text == "scale=1/256,std=2:3")
  }

  @Test func values() throws {
    let all = try Preprocessing("scale=1/256,mean=0.5,std=0.25")
    #expect(all.value(ofPixel: 255, channel: 0) == 1.984375)
    #expect(all.value(ofPixel: 0, channel: 2) == -2)
    let scaled = try Preprocessing("scale=1/255")
    for pixel in 0...UInt8.max {
      #expect(scaled.value(ofPixel: pixel, channel: 0) == Float(pixel) / 255)
      #expect(Preprocessing.identity.value(ofPixel: pixel, channel: 0) == Float(pixel))
    }
    let channels = try Preprocessing("mean=104:117:123,std=2")
    #expect(channels.channelCount == 3)
    #expect((0..<3).map { channels.value(ofPixel: 200, channel: $0) } == [48, 41.5, 38.5])
  }

  @Test func builtFromNumbers() {
    let built = Preprocessing(
      scale: .init(1, over: 256), mean: [.init(104), .init(0.5)], std: [.init(2)])
    #expect(built.text == "scale=1/256,mean=104:0.5,std=2")
    #expect(Preprocessing().text == "" && Preprocessing() == .identity)
  }

  @Test func equalWhenTheyComputeTheSame() throws {
    #expect(try Preprocessing("scale=1/256") == Preprocessing("scale=0.00390625"))
    #expect(try Preprocessing("mean=0,std=1,scale=1") == .identity)
    #expect(try Preprocessing("mean=5:5:5") == Preprocessing("mean=5"))
    #expect(try Preprocessing("mean=5:5:6") != Preprocessing("mean=5"))
    #expect(try Preprocessing("mean=5:5:5") != Preprocessing("mean=5:5"))
    #expect(try Preprocessing("scale=1/256") != Preprocessing("scale=1/255"))
    #expect(try Preprocessing("std=2") != .identity)
    #expect(try Preprocessing("resize=stretch,channels=rgb") == .identity)
    #expect(try Preprocessing("resize=crop") != .identity)
    #expect(try Preprocessing("channels=bgr") != Preprocessing("channels=gray"))
  }

  @Test(arguments: [
    ("scal=1", "there is no key 'scal'"), ("scale", "not of the form key=value"),
    ("scale=1=2", "not of the form"), ("=1", "not of the form"), ("scale=1,", "not of the form"),
    (",", "not of the form"), ("scale=", "'' is not a number"), ("scale=abc", "'abc' is not"),
    ("scale=1/0", "'1/0' is not"), ("scale=1/2/3", "is not a number"), ("scale=nan", "is not"),
    ("scale=inf", "is not"), ("scale=0x10", "is not"), ("scale=1e999", "is not"),
    ("scale=1e300/1e-300", "is not"), ("mean=1::2", "'' is not"), ("scale=1:2", "one number"),
    ("scale=0", "scale is 0"), ("std=1:0", "std is 0"), ("std=0/5", "std is 0"),
    ("mean=1:2,std=1:2:3", "mean is for 2 channels and std for 3"),
    ("mean=1,mean=2", "'mean' appears twice"), ("scale=1e200", "float32 cannot hold"),
    ("mean=0:1,std=1e-300", "float32 cannot hold"), ("resize=", "not ''"),
    ("resize=fit", "resize is 'stretch', 'letterbox' or 'crop', not 'fit'"),
    ("channels=rgba", "channels is 'rgb', 'bgr' or 'gray', not 'rgba'"),
    ("resize=crop,resize=crop", "'resize' appears twice"),
    ("mean=1:2:3,channels=gray", "for 3 channels, and 'gray' has 1"),
  ])
  func invalid(_ text: String, _ words: String) throws {
    let error = try diagnostic { _ = try Preprocessing(text) }
    #expect(error.code == .invalidPreprocessing)
    #expect(error.message.contains(words), "\(error.message)")
  }

  @Test func unknownKeySuggests() throws {
    let error = try diagnostic { _ = try Preprocessing("scal=1/256") }
    #expect(error.message == "the preprocessing 'scal=1/256' is invalid: there is no key 'scal'")
    #expect(error.helps == [Diagnostic.Help("did you mean 'scale'?")])
    #expect(error.notes == ["the keys are scale, mean, std, resize, channels"])
    let resize = try diagnostic { _ = try Preprocessing("resize=leterbox") }
    #expect(resize.helps == [Diagnostic.Help("did you mean 'letterbox'?")])
  }
}
