/** The camera: opening it, its lenses and light, and its frames as grey pixels. */

import type { Bytes } from "../bytes.ts";
import { greyOf, type Grey } from "./grey.ts";
import { canvasOf } from "./pictures.ts";

/** What a lens can do; the library of types does not know it yet. */
interface Abilities extends MediaTrackCapabilities {
  readonly torch?: boolean;
  readonly zoom?: { readonly min: number; readonly max: number; readonly step: number };
  readonly focusMode?: readonly string[];
  readonly focusDistance?: { readonly min: number; readonly max: number };
}

interface Wishes extends MediaTrackConstraintSet {
  torch?: boolean;
  zoom?: number;
  focusMode?: string;
  focusDistance?: number;
}

/** A camera that can be chosen. */
export interface Lens {
  readonly id: string;
  readonly label: string;
}

/** What the light and the zoom of an open camera allow. */
export interface Controls {
  readonly torch: boolean;
  readonly zoom: { readonly min: number; readonly max: number; readonly step: number } | null;
}

/** Why there is no camera: refused by the person, not there, taken by another program, or a page that may not ask. */
export type CameraFault = "denied" | "absent" | "busy" | "insecure";

/** A camera that cannot be opened. */
export class CameraError extends Error {
  readonly fault: CameraFault;

  constructor(fault: CameraFault) {
    super(fault);
    this.fault = fault;
  }
}

const IDEAL_WIDTH = 1920;
const IDEAL_HEIGHT = 1080;

/** An open camera whose picture is in a video element. */
export class Camera {
  readonly #video: HTMLVideoElement;
  #stream: MediaStream | null = null;
  #chosen: string | null = null;
  #buffer: Bytes | null = null;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
  }

  /** Whether the camera is on. */
  get on(): boolean {
    return this.#stream?.getVideoTracks().some((track) => track.readyState === "live") ?? false;
  }

  /** The id of the lens that is open, as far as the browser tells it. */
  get lens(): string | null {
    return this.#track?.getSettings().deviceId ?? this.#chosen;
  }

  /** Opens the camera, the rear one unless another was chosen; throws `CameraError`. */
  async open(lens: string | null = this.#chosen): Promise<void> {
    this.close();
    this.#chosen = lens;
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    if (devices === undefined) throw new CameraError("insecure");
    const wishes: MediaTrackConstraints = {
      width: { ideal: IDEAL_WIDTH },
      height: { ideal: IDEAL_HEIGHT },
      ...(lens === null ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: lens } }),
    };
    try {
      this.#stream = await devices.getUserMedia({ video: wishes, audio: false });
    } catch (error) {
      throw new CameraError(faultOf(error));
    }
    this.#video.srcObject = this.#stream;
    await this.#video.play();
    await this.#focus();
  }

  /** Keeps the last picture on the screen and lets the camera go. */
  pause(): void {
    this.#video.pause();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
  }

  /** Turns the camera off. */
  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
  }

  /** Returns the cameras that can be chosen; their names are known only while one is open. */
  async lenses(): Promise<readonly Lens[]> {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const cameras = devices.filter((device) => device.kind === "videoinput");
    return cameras.map((device, place) => ({ id: device.deviceId, label: device.label || `${place + 1}` }));
  }

  /** Returns what light and zoom allow. */
  controls(): Controls {
    const abilities = this.#abilities;
    const zoom = abilities.zoom;
    return { torch: abilities.torch === true, zoom: zoom !== undefined && zoom.max > zoom.min ? zoom : null };
  }

  /** Turns the light on or off. */
  async light(on: boolean): Promise<void> {
    await this.#wish({ torch: on });
  }

  /** Sets the zoom. */
  async zoom(factor: number): Promise<void> {
    await this.#wish({ zoom: factor });
  }

  /** Returns the picture of this moment, or null while there is none. */
  async frame(): Promise<Grey | null> {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!this.on || width === 0 || height === 0) return null;
    return (await this.#plane(width, height)) ?? this.#painted(width, height);
  }

  /** Gives the bytes of a frame back, to be filled again. */
  recycle(data: Bytes): void {
    this.#buffer = data;
  }

  /** Resolves at the next frame, or soon where the browser does not tell. */
  nextFrame(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 250);
      this.#video.requestVideoFrameCallback?.(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Returns the brightness of a frame straight from the video, where the browser gives it. */
  async #plane(width: number, height: number): Promise<Grey | null> {
    if (typeof VideoFrame === "undefined") return null;
    let frame: VideoFrame | null = null;
    try {
      frame = new VideoFrame(this.#video, { timestamp: 0 });
      const rect = frame.visibleRect;
      if (!/^(I420|I422|I444|NV12)A?$/.test(frame.format ?? "") || rect === null) return null;
      const size = frame.allocationSize();
      const all = this.#buffer?.length === size ? this.#buffer : new Uint8Array(size);
      this.#buffer = null;
      const [bright] = await frame.copyTo(all);
      if (bright === undefined || bright.stride !== rect.width || rect.width !== width) return null;
      return { data: all, width: rect.width, height: Math.min(rect.height, height) };
    } catch {
      return null;
    } finally {
      frame?.close();
    }
  }

  #painted(width: number, height: number): Grey {
    const context = canvasOf(width, height);
    context.drawImage(this.#video, 0, 0, width, height);
    return greyOf(context.getImageData(0, 0, width, height).data, width, height);
  }

  /** Asks for what is near: a paper is held at arm's length. */
  async #focus(): Promise<void> {
    const { focusMode, focusDistance } = this.#abilities;
    if (focusMode?.includes("continuous") === true) await this.#wish({ focusMode: "continuous" });
    else if (focusMode?.includes("manual") === true && focusDistance !== undefined) {
      await this.#wish({ focusMode: "manual", focusDistance: focusDistance.min });
    }
  }

  async #wish(wishes: Wishes): Promise<void> {
    try {
      await this.#track?.applyConstraints({ advanced: [wishes] });
    } catch {
      // the lens cannot: the picture stays as it is
    }
  }

  get #track(): MediaStreamTrack | undefined {
    return this.#stream?.getVideoTracks()[0];
  }

  get #abilities(): Abilities {
    return this.#track?.getCapabilities?.() ?? {};
  }
}

function faultOf(error: unknown): CameraFault {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "absent";
  }
}
