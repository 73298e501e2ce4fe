import aiohttp from "./data/aiohttp.json";
import anyio from "./data/anyio.json";
import apscheduler from "./data/apscheduler.json";
import argon2Cffi from "./data/argon2-cffi.json";
import asgiref from "./data/asgiref.json";
import bcrypt from "./data/bcrypt.json";
import beautifulsoup4 from "./data/beautifulsoup4.json";
import boto3 from "./data/boto3.json";
import bottle from "./data/bottle.json";
import brotli from "./data/brotli.json";
import celery from "./data/celery.json";
import cffi from "./data/cffi.json";
import cryptography from "./data/cryptography.json";
import cython from "./data/cython.json";
import dash from "./data/dash.json";
import django from "./data/django.json";
import dramatiq from "./data/dramatiq.json";
import duckdb from "./data/duckdb.json";
import faiss from "./data/faiss.json";
import fastapi from "./data/fastapi.json";
import fasteners from "./data/fasteners.json";
import filelock from "./data/filelock.json";
import flask from "./data/flask.json";
import gevent from "./data/gevent.json";
import grpcio from "./data/grpcio.json";
import h5py from "./data/h5py.json";
import httpx from "./data/httpx.json";
import huey from "./data/huey.json";
import jax from "./data/jax.json";
import joblib from "./data/joblib.json";
import kafkaPython from "./data/kafka-python.json";
import lightgbm from "./data/lightgbm.json";
import loky from "./data/loky.json";
import lxml from "./data/lxml.json";
import lz4 from "./data/lz4.json";
import markdown from "./data/markdown.json";
import matplotlib from "./data/matplotlib.json";
import msgpack from "./data/msgpack.json";
import multitasking from "./data/multitasking.json";
import mysqlConnectorPython from "./data/mysql-connector-python.json";
import mysqlclient from "./data/mysqlclient.json";
import numba from "./data/numba.json";
import numexpr from "./data/numexpr.json";
import numpy from "./data/numpy.json";
import opencvPython from "./data/opencv-python.json";
import orjson from "./data/orjson.json";
import pahoMqtt from "./data/paho-mqtt.json";
import pandas from "./data/pandas.json";
import paramiko from "./data/paramiko.json";
import pika from "./data/pika.json";
import pillow from "./data/pillow.json";
import polars from "./data/polars.json";
import portalocker from "./data/portalocker.json";
import psycopg from "./data/psycopg.json";
import psycopg2 from "./data/psycopg2.json";
import pyarrow from "./data/pyarrow.json";
import pycryptodome from "./data/pycryptodome.json";
import pycurl from "./data/pycurl.json";
import pymongo from "./data/pymongo.json";
import pymysql from "./data/pymysql.json";
import pynacl from "./data/pynacl.json";
import pynput from "./data/pynput.json";
import pytelegrambotapi from "./data/pytelegrambotapi.json";
import pythonBuiltins from "./data/python-builtins.json";
import pythonCompression from "./data/python-compression.json";
import pythonFiles from "./data/python-files.json";
import pythonHashing from "./data/python-hashing.json";
import pythonNative from "./data/python-native.json";
import pythonNetwork from "./data/python-network.json";
import pythonNumbers from "./data/python-numbers.json";
import pythonProcesses from "./data/python-processes.json";
import pythonText from "./data/python-text.json";
import pythonThreads from "./data/python-threads.json";
import pyyaml from "./data/pyyaml.json";
import pyzmq from "./data/pyzmq.json";
import qt from "./data/qt.json";
import rapidfuzz from "./data/rapidfuzz.json";
import rapidjson from "./data/rapidjson.json";
import rasterio from "./data/rasterio.json";
import ray from "./data/ray.json";
import readerwriterlock from "./data/readerwriterlock.json";
import redis from "./data/redis.json";
import regex from "./data/regex.json";
import requests from "./data/requests.json";
import scikitLearn from "./data/scikit-learn.json";
import scipy from "./data/scipy.json";
import selenium from "./data/selenium.json";
import shapely from "./data/shapely.json";
import simplejson from "./data/simplejson.json";
import slackBolt from "./data/slack-bolt.json";
import snappy from "./data/snappy.json";
import soundfile from "./data/soundfile.json";
import sqlalchemy from "./data/sqlalchemy.json";
import starlette from "./data/starlette.json";
import tensorflow from "./data/tensorflow.json";
import tokenizers from "./data/tokenizers.json";
import torch from "./data/torch.json";
import tornado from "./data/tornado.json";
import tqdm from "./data/tqdm.json";
import trio from "./data/trio.json";
import ujson from "./data/ujson.json";
import urllib3 from "./data/urllib3.json";
import uvloop from "./data/uvloop.json";
import watchdog from "./data/watchdog.json";
import xgboost from "./data/xgboost.json";
import xxhash from "./data/xxhash.json";
import zstandard from "./data/zstandard.json";

/** The shipped files, by the name of their file; `python-…` is the standard library. No two of one kind name the same thing. */
export const builtInFiles: readonly { readonly name: string; readonly content: object }[] = [
  { name: "aiohttp", content: aiohttp },
  { name: "anyio", content: anyio },
  { name: "apscheduler", content: apscheduler },
  { name: "argon2-cffi", content: argon2Cffi },
  { name: "asgiref", content: asgiref },
  { name: "bcrypt", content: bcrypt },
  { name: "beautifulsoup4", content: beautifulsoup4 },
  { name: "boto3", content: boto3 },
  { name: "bottle", content: bottle },
  { name: "brotli", content: brotli },
  { name: "celery", content: celery },
  { name: "cffi", content: cffi },
  { name: "cryptography", content: cryptography },
  { name: "cython", content: cython },
  { name: "dash", content: dash },
  { name: "django", content: django },
  { name: "dramatiq", content: dramatiq },
  { name: "duckdb", content: duckdb },
  { name: "faiss", content: faiss },
  { name: "fastapi", content: fastapi },
  { name: "fasteners", content: fasteners },
  { name: "filelock", content: filelock },
  { name: "flask", content: flask },
  { name: "gevent", content: gevent },
  { name: "grpcio", content: grpcio },
  { name: "h5py", content: h5py },
  { name: "httpx", content: httpx },
  { name: "huey", content: huey },
  { name: "jax", content: jax },
  { name: "joblib", content: joblib },
  { name: "kafka-python", content: kafkaPython },
  { name: "lightgbm", content: lightgbm },
  { name: "loky", content: loky },
  { name: "lxml", content: lxml },
  { name: "lz4", content: lz4 },
  { name: "markdown", content: markdown },
  { name: "matplotlib", content: matplotlib },
  { name: "msgpack", content: msgpack },
  { name: "multitasking", content: multitasking },
  { name: "mysql-connector-python", content: mysqlConnectorPython },
  { name: "mysqlclient", content: mysqlclient },
  { name: "numba", content: numba },
  { name: "numexpr", content: numexpr },
  { name: "numpy", content: numpy },
  { name: "opencv-python", content: opencvPython },
  { name: "orjson", content: orjson },
  { name: "paho-mqtt", content: pahoMqtt },
  { name: "pandas", content: pandas },
  { name: "paramiko", content: paramiko },
  { name: "pika", content: pika },
  { name: "pillow", content: pillow },
  { name: "polars", content: polars },
  { name: "portalocker", content: portalocker },
  { name: "psycopg", content: psycopg },
  { name: "psycopg2", content: psycopg2 },
  { name: "pyarrow", content: pyarrow },
  { name: "pycryptodome", content: pycryptodome },
  { name: "pycurl", content: pycurl },
  { name: "pymongo", content: pymongo },
  { name: "pymysql", content: pymysql },
  { name: "pynacl", content: pynacl },
  { name: "pynput", content: pynput },
  { name: "pytelegrambotapi", content: pytelegrambotapi },
  { name: "python-builtins", content: pythonBuiltins },
  { name: "python-compression", content: pythonCompression },
  { name: "python-files", content: pythonFiles },
  { name: "python-hashing", content: pythonHashing },
  { name: "python-native", content: pythonNative },
  { name: "python-network", content: pythonNetwork },
  { name: "python-numbers", content: pythonNumbers },
  { name: "python-processes", content: pythonProcesses },
  { name: "python-text", content: pythonText },
  { name: "python-threads", content: pythonThreads },
  { name: "pyyaml", content: pyyaml },
  { name: "pyzmq", content: pyzmq },
  { name: "qt", content: qt },
  { name: "rapidfuzz", content: rapidfuzz },
  { name: "rapidjson", content: rapidjson },
  { name: "rasterio", content: rasterio },
  { name: "ray", content: ray },
  { name: "readerwriterlock", content: readerwriterlock },
  { name: "redis", content: redis },
  { name: "regex", content: regex },
  { name: "requests", content: requests },
  { name: "scikit-learn", content: scikitLearn },
  { name: "scipy", content: scipy },
  { name: "selenium", content: selenium },
  { name: "shapely", content: shapely },
  { name: "simplejson", content: simplejson },
  { name: "slack-bolt", content: slackBolt },
  { name: "snappy", content: snappy },
  { name: "soundfile", content: soundfile },
  { name: "sqlalchemy", content: sqlalchemy },
  { name: "starlette", content: starlette },
  { name: "tensorflow", content: tensorflow },
  { name: "tokenizers", content: tokenizers },
  { name: "torch", content: torch },
  { name: "tornado", content: tornado },
  { name: "tqdm", content: tqdm },
  { name: "trio", content: trio },
  { name: "ujson", content: ujson },
  { name: "urllib3", content: urllib3 },
  { name: "uvloop", content: uvloop },
  { name: "watchdog", content: watchdog },
  { name: "xgboost", content: xgboost },
  { name: "xxhash", content: xxhash },
  { name: "zstandard", content: zstandard },
];
